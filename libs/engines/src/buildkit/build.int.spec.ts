import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import { EventRecord } from '../testing/event-record.js';
import { tagsOf, viewImage } from '../testing/registry-view.js';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, contextLink, unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

describe('a build with BuildKit', () => {
  let engine: BuildkitEngine;
  const cgroupParent = trialCgroupParent();

  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));

  const build = async (dockerfile: string, change: Partial<BuildRequest> = {}) => {
    const request = pushRequest(dockerfile, change);
    const record = new EventRecord();
    const outcome = await engine.build(request, record.emit, never);
    return { request, record, outcome };
  };
  const context = (...files: ReturnType<typeof contextFile>[]) => ({
    context: { files, sharedKey: `trial-${unique()}` },
  });

  it('pushes by digest with labels, annotations and the time of the commit, and no tag', async () => {
    const { request, outcome } = await build('FROM busybox\nRUN echo 1 > /a\nENV A=b\n', {
      labels: { 'org.opencontainers.image.revision': 'abc' },
      annotations: { 'org.opencontainers.image.source': 'https://example.test/x' },
      sourceDateEpoch: 1_600_000_000,
    });
    const { manifest, config } = await viewImage(request.push.repository, outcome.digest);
    expect(config.config.Labels).toEqual({ 'org.opencontainers.image.revision': 'abc' });
    expect(manifest.annotations).toEqual({ 'org.opencontainers.image.source': 'https://example.test/x' });
    expect(config.created).toBe('2020-09-13T12:26:40Z');
    expect(await tagsOf(request.push.repository)).toBeNull();
    expect(outcome).toMatchObject({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      platforms: ['linux/amd64'],
    });
  });

  it('knows base images by digest and the lines of every step', async () => {
    const { record, outcome } = await build(
      'FROM busybox AS a\nRUN echo 1 \\\n  > /a\nFROM busybox\nCOPY --from=a /a /b\n',
    );
    expect(outcome.baseImages).toEqual([
      { name: 'docker.io/library/busybox:latest', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    ]);
    const run = record.step('RUN echo')!;
    expect(run).toMatchObject({ stage: 'a', internal: false, isBase: false, name: '[a 2/2] RUN echo 1   > /a' });
    expect(outcome.stepLines.get(run.id)).toEqual({ startLine: 2, endLine: 3 });
    expect(outcome.stepLines.get(record.step('COPY --from')!.id)).toEqual({ startLine: 5, endLine: 5 });
    expect(record.step('FROM docker.io')).toMatchObject({ isBase: true });
    expect(record.step('[internal] load build definition')).toMatchObject({ internal: true });
    expect(record.step('exporting to image')).toMatchObject({ internal: true });
  });

  it('counts each instruction once, COPY --link too', async () => {
    const files = context(contextFile('a.txt', unique()));
    const { outcome } = await build('FROM busybox\nWORKDIR /w\nCOPY --link a.txt /a\nRUN true\n', files);
    expect(outcome.stepsRun + outcome.stepsCached).toBe(3);
  });

  it('knows the steps of a long stage, whose numbers the engine pads', async () => {
    const env = Array.from({ length: 10 }, (_, at) => `WORKDIR /w${at}`).join('\n');
    const { record, outcome } = await build(`FROM busybox AS long\n${env}\nFROM busybox\nCOPY --from=long /w9 /x\n`);
    expect(record.step('WORKDIR /w1')).toMatchObject({ stage: 'long', internal: false });
    expect(outcome.stepsRun + outcome.stepsCached).toBe(11);
  });

  it('builds here-documents, bind mounts, cache mounts, named targets and Docker’s own syntax line', async () => {
    const dockerfile = `# syntax=docker/dockerfile:1.7
FROM busybox AS base
COPY <<-"EOF" /etc/motd
\thello $NOBODY
EOF
RUN <<EOF
set -e
cat /etc/motd
echo from-heredoc
EOF
RUN --mount=type=bind,source=dir,target=/src ls /src
RUN --mount=type=cache,target=/cache echo ${unique()} > /cache/x && cat /cache/x
COPY --link dir/one.txt /one
ARG WHO=nobody
RUN echo "I am $WHO"
FROM base AS other
RUN false
`;
    const { record } = await build(dockerfile, {
      ...context(contextFile('dir/one.txt', 'one'), contextFile('dir/two.txt', 'two')),
      target: 'base',
      buildArgs: { WHO: 'cooper' },
      noCache: true,
    });
    const output = record.output();
    for (const text of ['hello $NOBODY', 'from-heredoc', 'one.txt\ntwo.txt', 'I am cooper'])
      expect(output).toContain(text);
  });

  it('takes a Dockerfile from outside of the context, and its path is in every place', async () => {
    const content = Buffer.from(`from busybox\nCOPY . /ctx\nRUN ls -a /ctx # ${unique()}\n`);
    const { record, outcome } = await build('', {
      ...context(contextFile('only.txt', 'x'), contextFile('.dockerignore', 'only.txt\n')),
      dockerfile: { path: 'docker/app/Dockerfile.prod', content },
    });
    // The context comes filtered: an ignore file in it is a file like any other.
    expect(record.output('RUN ls')).toContain('.dockerignore\nonly.txt');
    expect(record.warnings()).toEqual([
      {
        type: 'warning',
        rule: 'ConsistentInstructionCasing',
        message: expect.stringContaining("'from'"),
        url: expect.stringContaining('https://'),
        line: 1,
        file: 'docker/app/Dockerfile.prod',
      },
    ]);
    expect(outcome.stepLines.get(record.step('RUN ls')!.id)).toEqual({ startLine: 3, endLine: 3 });
  });

  it('sends what links lead to, and hundreds of sources', async () => {
    const many = Array.from({ length: 300 }, (_, index) => contextFile(`many/ä,${index}.txt`, `${index}`));
    const copies = `COPY [${many.map((file) => JSON.stringify(file.path)).join(', ')}, "/m/"]`;
    const dockerfile = `FROM busybox
COPY links /links
COPY current/app.txt /app
COPY pat*/*.txt /p/
${copies}
RUN readlink /links/abs; cat /app /p/b.txt; ls /m | wc -l # ${unique()}
`;
    const { record } = await build(
      dockerfile,
      context(
        contextFile('real/file.txt', 'through-link\n'),
        contextLink('links/abs', '../real/file.txt'),
        contextFile('releases/7/app.txt', 'seven\n'),
        contextLink('current', 'releases/7'),
        contextLink('patterns/b.txt', '/real/file.txt'),
        ...many,
      ),
    );
    expect(record.output('RUN readlink')).toBe('../real/file.txt\nseven\nthrough-link\n300\n');
  });

  it('hands over five megabytes of one step whole', async () => {
    const { record } = await build(`FROM busybox\nRUN head -c 5242880 /dev/zero | tr '\\0' x; echo # ${unique()}\n`);
    const output = record.output('RUN head');
    expect([output.length, output.replaceAll('x', '')]).toEqual([5_242_881, '\n']);
  });

  it('mounts secrets as file and as variable; their values are in no image', async () => {
    const secret = `s3cret-${unique()}`;
    const { request, record, outcome } = await build(
      `FROM busybox
RUN --mount=type=secret,id=token wc -c < /run/secrets/token; stat -c %a /run/secrets/token # ${unique()}
RUN --mount=type=secret,id=token,env=TOKEN echo "length \${#TOKEN}" # ${unique()}
`,
      { secrets: new Map([['token', Buffer.from(secret)]]) },
    );
    expect(record.output('stat')).toBe(`${secret.length}\n400\n`);
    expect(record.output('length')).toBe(`length ${secret.length}\n`);
    expect(JSON.stringify(await viewImage(request.push.repository, outcome.digest))).not.toContain(secret);
  });

  it('tells the commit’s time to a Dockerfile that asks for it', async () => {
    const { record } = await build('FROM busybox\nARG SOURCE_DATE_EPOCH\nRUN echo "at $SOURCE_DATE_EPOCH"\n', {
      sourceDateEpoch: 1_650_000_000,
      noCache: true,
    });
    expect(record.output()).toContain('at 1650000000');
  });

  it('streams big files and refuses one whose size is not what was listed', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'b');
    const big = contextFile('big', '', {
      sizeBytes: 20 * chunk.length,
      read: async function* () {
        for (let i = 0; i < 20; i++) yield chunk;
      },
    });
    const { record } = await build(`FROM busybox\nCOPY big /big\nRUN wc -c < /big # ${unique()}\n`, context(big));
    expect(record.output()).toContain(String(20 * chunk.length));
    const short = contextFile('short', 'abc', { sizeBytes: 10 });
    const request = pushRequest('FROM busybox\nCOPY short /short\n', context(short));
    await expect(engine.build(request, () => {}, never)).rejects.toMatchObject({ code: 'EngineUnavailable' });
  });

  it('reports what CPU and memory a build used', async () => {
    const { outcome } = await build(
      `FROM busybox\nRUN i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done # ${unique()}\n`,
      {
        limits: { networkMode: 'none', group: `usage-${unique()}` },
      },
    );
    expect(outcome.usage?.cpuMs).toBeGreaterThan(10);
    expect(outcome.usage?.peakMemoryBytes).toBeGreaterThan(100_000);
  });
});
