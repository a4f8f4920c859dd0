import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BuildFailure } from '@cooperage/domain';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import type { Engine } from '../engine.js';
import { EngineLacks } from '../engine-lacks.js';
import { EventRecord } from '../testing/event-record.js';
import { onBuildImage } from '../testing/planted-image.js';
import { rightsTo } from '../testing/registry-tokens.js';
import { tagsOf, viewImage } from '../testing/registry-view.js';
import { findSockets, printRights, rightsOf } from '../testing/step-rights.js';
import { TrialBuildah } from '../testing/trial-buildah.js';
import { processesIn, pushRequest } from '../testing/trial-engine.js';
import { contextFile, contextLink, newReference, unique } from '../testing/trial-request.js';

const never = new AbortController().signal;

describe('buildah', () => {
  const trial = new TrialBuildah();
  let engine: Engine;

  beforeAll(() => {
    engine = trial.engine();
  });
  afterAll(() => trial.end());

  const build = async (request: BuildRequest, signal = never) => {
    const record = new EventRecord();
    return { record, outcome: await engine.build(request, record.emit, signal) };
  };
  const failure = async (request: BuildRequest, signal = never) => {
    const error = await build(request, signal).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BuildFailure);
    return error as BuildFailure;
  };
  const from = (image: string) => ({ path: 'Dockerfile', content: Buffer.from(`FROM ${image}\nENV A=1\n`) });
  const withFiles = (dockerfile: string, files: BuildRequest['context']['files']) =>
    pushRequest(dockerfile, { context: { files, sharedKey: unique() } });
  /** Text anywhere in what this machine keeps of builds. */
  const filesWith = (text: string) =>
    execFileSync('sh', ['-c', 'grep -rlaF -- "$1" "$2" || true', 'sh', text, trial.stateFolder], { encoding: 'utf8' });

  it('pushes by digest: no tag is left, and the annotations are those of this build', async () => {
    const request = pushRequest(`FROM busybox\nRUN echo ${unique()}\n`, {
      labels: { 'org.example.label': 'a "b" $HOME' },
      annotations: { 'org.example.note': 'first' },
    });
    const { outcome } = await build(request);
    const again = await build({ ...request, reference: newReference(), annotations: { 'org.example.note': 'second' } });
    const { manifest, config } = await viewImage(request.push.repository, again.outcome.digest);
    expect(manifest.annotations).toEqual({ 'org.example.note': 'second' });
    expect(config.config.Labels).toMatchObject({ 'org.example.label': 'a "b" $HOME' });
    expect(again.outcome.digest).not.toBe(outcome.digest);
    expect((await tagsOf(request.push.repository)) ?? []).toEqual([]);
    expect(outcome.baseImages).toEqual([
      { name: 'docker.io/library/busybox:latest', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    ]);
    expect(outcome.usage?.cpuMs).toBeGreaterThan(0);
  });

  it('S-050 gives secrets to the step that asks, and keeps them nowhere', async () => {
    const canary = `canary-${unique()}`;
    const file =
      'FROM busybox\nRUN --mount=type=secret,id=TOKEN wc -c /run/secrets/TOKEN\nRUN ls -la /run/secrets; true\n';
    const request = pushRequest(file, { secrets: new Map([['TOKEN', Buffer.from(canary)]]) });
    const { record, outcome } = await build(request);
    expect(record.output('type=secret')).toContain(`${canary.length} /run/secrets/TOKEN`);
    const { config } = await viewImage(request.push.repository, outcome.digest);
    expect(JSON.stringify(config)).not.toContain(canary);
    expect([filesWith(canary), trial.runs()]).toEqual(['', []]);
  });

  it('S-055 lets a step leave no core dump', async () => {
    const crash = `(ulimit -c unlimited; sh -c 'kill -SEGV $$')`;
    const { record } = await build(pushRequest(`FROM busybox\nWORKDIR /w\nRUN ${crash}; ls -a; : ${unique()}\n`));
    expect(record.output()).toContain('Operation not permitted');
    expect(record.output()).not.toMatch(/core dumped|^core/m);
  });

  it('S-031 refuses paths that lead out of the context, and follows no link out of it', async () => {
    const file = 'FROM busybox\nCOPY . /c\n';
    for (const path of ['../x', '/etc/x', 'a/../../x', 'a//x'])
      expect((await failure(withFiles(file, [contextFile(path, 'x')]))).code).toBe('InvalidBuildConfig');
    const throughLink = [contextLink('dir', '/tmp'), contextFile('dir/x', 'x')];
    expect((await failure(withFiles(file, throughLink))).code).toBe('InvalidBuildConfig');
    const twice = [contextLink('x', '/tmp/cooperage-escape'), contextFile('x', 'x')];
    expect((await failure(withFiles(file, twice))).code).toBe('InvalidBuildConfig');
    const out = await failure(withFiles('FROM busybox\nCOPY passwd /p\n', [contextLink('passwd', '/etc/passwd')]));
    expect(out.report()).toMatchObject({ code: 'StepFailed', place: { line: 2 } });
  });

  it('S-039 S-040 lets a step reach neither the service nor the world', async () => {
    const { record } = await build(pushRequest(`FROM busybox\nRUN ls /sys/class/net; echo ${unique()}\n`));
    expect(record.output('ls /sys').split('\n')[0]).toBe('lo');
  });

  it('R6-A1 R6-A3 gives a step neither a socket nor the right to forge packets', async () => {
    const look = `${findSockets}; ${printRights}; echo looked ${unique()}`;
    const output = (await build(pushRequest(`FROM busybox\nRUN ${look}\n`))).record.output();
    expect(output).toContain('looked');
    expect(output).not.toContain('found /');
    expect(rightsOf(output).netRaw).toEqual([false, false, false, false, false]);
  });

  it('S-041 kills a step that takes more memory than allowed', async () => {
    const file = 'FROM busybox\nRUN exec tail /dev/zero\n';
    const request = pushRequest(file, { limits: { memoryBytes: 64 * 1024 * 1024, pids: 64, cpus: 1 } });
    expect((await failure(request)).report()).toMatchObject({
      code: 'StepOutOfMemory',
      place: { line: 2, exitCode: 137 },
    });
  });

  it('leaves nothing when it is stopped: no process, no mount, no container, no file', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 1_500);
    await failure(pushRequest('FROM busybox\nRUN trap "" TERM; while true; do sleep 0.1; done\n'), stop.signal);
    expect([processesIn(trial.cgroupParent), trial.runs()]).toEqual([0, []]);
    expect(trial.mounts().filter((path) => path.endsWith('/merged'))).toEqual([]);
    expect(trial.containers()).toEqual([]);
  });

  it('says whose fault it is when an image does not come or does not go', async () => {
    const { registry } = services();
    const base = pushRequest(`FROM busybox\nRUN echo ${unique()}\n`);
    const { outcome } = await build(base);
    const { host, repository } = base.push;
    const onBase = (version: string) => ({ ...base, dockerfile: from(`${host}/${repository}${version}`) });
    expect((await build(onBase(`@${outcome.digest}`))).outcome.baseImages[0]?.digest).toBe(outcome.digest);
    const missing = await failure(onBase(':missing'));
    expect(missing.report()).toMatchObject({ code: 'StepFailed', place: { line: 1 } });
    const foreign = await failure(pushRequest(`FROM ${registry.host}/secret/of/others\n`));
    expect(foreign.code).toBe('RegistryAccessDenied');
    const refused = pushRequest('FROM busybox\nENV A=1\n', { registryAuth: rightsTo(registry, []) });
    expect((await failure(refused)).code).toBe('RegistryAccessDenied');
  });

  it('restores a wiped store from the cache, into the same image', async () => {
    const { registry } = services();
    const repositories = [`trial/${unique()}`, `trial/${unique()}`] as const;
    const file = `FROM busybox AS one\nRUN echo ${unique()} > /x\nFROM busybox\nCOPY --from=one /x /x\nCOPY a /a\nRUN true\n`;
    const reference = `${registry.host}/${repositories[1]}:linux-amd64`;
    const request = pushRequest(file, {
      context: { files: [contextFile('a', 'content')], sharedKey: unique() },
      push: { host: registry.host, repository: repositories[0] },
      registryAuth: rightsTo(registry, repositories),
      cacheRepositories: [`${registry.host}/trial/none`, `${registry.host}/${repositories[1]}`],
    });
    const first = await build(request);
    expect(first.outcome.stepsCached).toBe(0);
    expect(await engine.exportCache({ ...request, cacheExport: { reference, mode: 'max' } }, never)).toEqual({
      exported: true,
    });
    trial.wipe();
    const restored = await build({ ...request, reference: newReference() });
    expect(restored.outcome).toMatchObject({ digest: first.outcome.digest, stepsRun: 0, stepsCached: 4 });
    expect([first, restored].map(({ record }) => record.cachesRead())).toEqual([
      [null],
      [`${registry.host}/${repositories[1]}`],
    ]);
    const withoutCache = await build({ ...request, reference: newReference(), noCache: true });
    expect(withoutCache.outcome.stepsRun).toBe(4);
  });

  it('R15C-1 takes no base image with instructions of its own, whatever leads to it', async () => {
    // Docker Hub's mirror has it too.
    const image = (await onBuildImage(engine, ['RUN touch /triggered'])).replace(/^[^/]+\//, '');
    const lacks = await failure(pushRequest(`FROM ${image}\n`));
    expect(lacks).toBeInstanceOf(EngineLacks);
    expect(lacks.report()).toMatchObject({ place: { line: 1 } });
    // What an ARG of a stage says is nothing to FROM, and an image has no other name than the registry's.
    const shadowed = `ARG X=${image}\nFROM busybox\nARG X=busybox\nFROM $X\nRUN true\n`;
    expect(await failure(pushRequest(shadowed))).toBeInstanceOf(EngineLacks);
    for (const id of trial.images()) expect((await failure(pushRequest(`FROM ${id}\n`))).code).toBe('StepFailed');
  });

  it('asks for the credentials of each registry that the Dockerfile names, before it pulls', async () => {
    const request = pushRequest('FROM busybox AS one\nFROM one\nENV A=1\n');
    const asked: string[] = [];
    const credentials = (host: string) => {
      asked.push(host);
      return null;
    };
    await build({
      ...request,
      registryAuth: { token: request.registryAuth.token.bind(request.registryAuth), credentials },
    });
    expect(asked).toEqual(['docker.io']);
  });

  it('R15C-4 names what COPY takes files from among the base images', async () => {
    const base = pushRequest(`FROM busybox\nRUN echo ${unique()} > /x\n`);
    const { outcome } = await build(base);
    const { host, repository } = base.push;
    const copied = `${host}/${repository}@${outcome.digest}`;
    const file = `FROM busybox AS one\nCOPY --from=${copied} /x /x\nFROM one\nCOPY --from=0 /x /y\n`;
    const used = await build({ ...base, dockerfile: { path: 'Dockerfile', content: Buffer.from(file) } });
    expect(used.outcome.baseImages).toEqual([
      expect.objectContaining({ name: 'docker.io/library/busybox:latest' }),
      { name: `${host}/${repository}`, digest: outcome.digest },
    ]);
  });

  it('ends what an engine before it left running', async () => {
    const request = pushRequest('FROM busybox\nRUN while true; do sleep 0.1; done\n');
    const lost = engine.build(request, () => {}, never).catch((reason: unknown) => reason);
    while (processesIn(trial.cgroupParent) === 0) await new Promise((done) => setTimeout(done, 50));
    expect(await trial.engine().check()).toMatchObject({ ok: true, platforms: ['linux/amd64'] });
    expect(await lost).toBeInstanceOf(BuildFailure);
    expect([processesIn(trial.cgroupParent), trial.containers(), trial.runs()]).toEqual([0, [], []]);
  });

  it('says what it lacks', async () => {
    expect(engine.features()).toMatchObject({
      dockerfile: 'partial',
      targets: false,
      stepNetwork: false,
      // R-C2: said, since nothing stands between FROM and what is near the worker.
      warnings: ['fetches-unfiltered'],
      strangers: false,
      find: false,
    });
    expect(await engine.find('00')).toEqual({ state: 'unknown' });
    const missing = trial.engine({ programs: { buildah: '/nowhere/buildah', runc: services().tools.runc! } });
    expect(await missing.check()).toMatchObject({ ok: false, detail: expect.stringContaining('/nowhere/buildah') });
    expect(readdirSync(join(trial.stateFolder, 'runs'))).toEqual([]);
  });
});
