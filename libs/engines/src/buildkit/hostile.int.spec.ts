import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TerminalText } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventRecord } from '../testing/event-record.js';
import { onBuildImage } from '../testing/planted-image.js';
import { failureOf, outputOf, strangersRequest } from '../testing/strangers-trial.js';
import { endTrial, processesIn, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

/** What a Dockerfile of a stranger tries, on the real builder, with the network that projects have. */
describe('a hostile Dockerfile', () => {
  let engine: BuildkitEngine;
  let folder: string;
  let canary: string;
  const cgroupParent = trialCgroupParent();

  beforeAll(async () => {
    engine = trialEngine({ cgroupParent });
    folder = await mkdtemp(path.join(tmpdir(), 'cooperage-hostile-'));
    canary = path.join(folder, 'canary');
    await writeFile(canary, 'alive');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await endTrial(cgroupParent, engine);
  });

  const output = (dockerfile: string) => outputOf(engine, strangersRequest(dockerfile));
  const failure = (dockerfile: string) => failureOf(engine, strangersRequest(dockerfile));

  it('S-035 reads no file of the host through a working directory that leads outside', async () => {
    const tries = [3, 7, 8, 9].map((fd) =>
      output(`FROM busybox\nWORKDIR /proc/self/fd/${fd}\nRUN cat ../../../..${canary} || true # ${unique()}\n`),
    );
    // It fails, or works on a folder of its own; what it never does is read.
    for (const tried of await Promise.allSettled(tries))
      if (tried.status === 'fulfilled') expect(tried.value).not.toContain('alive');
  });

  it('S-055 leaves no core dump of a process that held a secret, in the image or anywhere', async () => {
    const secret = `hunter2-${unique()}`;
    const crash = `sh -c 'kill -SEGV $$'`;
    const steps = ['cd /w', 'export S=$(cat /run/secrets/s)', crash, `(ulimit -c unlimited; ${crash})`, 'ls -a'];
    const dockerfile = `FROM busybox\nWORKDIR /w\nRUN --mount=type=secret,id=s ${steps.join('; ')}; : ${unique()}\n`;
    const request = pushRequest(dockerfile, { secrets: new Map([['s', Buffer.from(secret)]]) });
    const record = new EventRecord();
    await engine.build(request, record.emit, never);
    const told = record.output();
    expect(told).toContain('Segmentation fault');
    expect(told).not.toMatch(/core dumped|^core/m);
    // Not even root in the step may raise the limit.
    expect(told).toContain('Operation not permitted');
  });

  it('S-036 harms nothing of the host through a cache mount whose source is a link', async () => {
    const id = unique();
    const mount = `--mount=type=cache,id=${id},target=/c`;
    await output(
      `FROM busybox\nRUN ${mount} mkdir -p /c/x && rm -rf /c/x/in && ln -s ${folder} /c/x/in # ${unique()}\n`,
    );
    const through = `FROM busybox\nRUN --mount=type=cache,id=${id},source=x/in,target=/d ls /d; rm -rf /d/* # ${unique()}\n`;
    await outputOf(engine, strangersRequest(through)).catch(() => '');
    expect(await readFile(canary, 'utf8')).toBe('alive');
  });

  it('S-036 nor by a pair of builds, of which one turns the source into a link while the other mounts it', async () => {
    const id = unique();
    const turn = `rm -rf /c/x; mkdir /c/x; rm -rf /c/x; ln -s ${folder} /c/x`;
    const turning = output(
      `FROM busybox\nRUN --mount=type=cache,id=${id},target=/c end=$(($(date +%s)+5)); ` +
        `while [ $(date +%s) -lt $end ]; do for i in $(seq 50); do ${turn}; done; done; echo turned # ${unique()}\n`,
    );
    const mounting = async (): Promise<string[]> => {
      const seen: string[] = [];
      for (let round = 0; round < 8; round++)
        seen.push(
          await output(
            `FROM busybox\nRUN --mount=type=cache,id=${id},source=x,target=/d cat /d/canary; rm -rf /d/canary; true # ${unique()}\n`,
          ).catch(({ code }: { code: string }) => code),
        );
      return seen;
    };
    const seen = await Promise.all([mounting(), mounting()]);
    expect(await turning).toContain('turned');
    expect(seen.flat().join()).not.toContain('alive');
    expect(await readFile(canary, 'utf8')).toBe('alive');
  });

  it('S-043 leaves no daemon behind when its step ends well', async () => {
    const group = `hostile-${unique()}`;
    // A length of sleep that nobody else has: by it the process is found, wherever it went.
    const sleep = `sleep 3${Math.floor(Math.random() * 1e6)}`;
    const seen = `ps | grep -q " [s]${sleep.slice(1)}$" && echo runs && break`;
    const daemon = `(setsid ${sleep} >/dev/null 2>&1 &); for i in $(seq 50); do sleep 0.2; ${seen}; done`;
    const request = pushRequest(`FROM busybox\nRUN ${daemon} # ${unique()}\n`, {
      limits: { networkMode: 'none', group },
    });
    expect(await outputOf(engine, request)).toContain('runs');
    expect(processesIn(`${cgroupParent}/${group}`)).toBe(0);
    expect(commandLines().filter((line) => line.startsWith(sleep))).toEqual([]);
  });

  it.each([
    ['a line break', 'busybox\nlatest'],
    ['quotes', '"busybox"; touch /x'],
    ['ten kilobytes', `busybox:${'a'.repeat(10_240)}`],
    ['an option', '--allow=security.insecure'],
  ])('S-045 FROM a name with %s is an error of the user, and nothing else', async (_what, name) => {
    expect(['DockerfileInvalid', 'StepFailed']).toContain((await failure(`FROM ${name}\nRUN true\n`)).code);
  });

  it.each([
    ['a stage that copies from itself', 'FROM busybox AS a\nCOPY --from=a /x /x\n'],
    [
      'two that copy from each other',
      'FROM busybox AS a\nCOPY --from=b /x /x\nFROM busybox AS b\nCOPY --from=a /x /x\n',
    ],
    ['a chain of stages that ends where it began', circle(200)],
  ])('S-047 %s is an error of the user, found before anything runs', async (_what, dockerfile) => {
    const record = new EventRecord();
    await expect(engine.build(strangersRequest(dockerfile), record.emit, never)).rejects.toMatchObject({
      code: 'DockerfileInvalid',
    });
    expect(record.ran()).toEqual([]);
  });

  it('S-048 hands over control characters of a heredoc as they are, and nothing of them is obeyed where they are shown', async () => {
    const said = await output(`FROM busybox\nRUN <<E\nprintf '\\033]0;title\\007\\033[2Jseen' # ${unique()}\nE\n`);
    expect(said).toContain('\u001b]0;title\u0007\u001b[2Jseen');
    const shown: string[] = [];
    new TerminalText().write(`${said}\n`, ({ text }) => shown.push(text));
    expect(shown.join('\n')).toContain('seen');
    expect(shown.join('')).not.toMatch(/[\0-\x08\x0a-\x1f\x7f-\x9f]|title/);
  });

  it('S-048 ends a chain of ONBUILD', async () => {
    expect((await failure('FROM busybox\nONBUILD ONBUILD RUN true\n')).code).toBe('DockerfileInvalid');
    // One that no builder would have written only says what the next build is to do.
    const base = await onBuildImage(engine, ['ONBUILD RUN echo chained', 'RUN echo triggered']);
    const said = await output(`FROM ${base}\nRUN true # ${unique()}\n`);
    expect(said).toContain('triggered');
    expect(said).not.toContain('chained');
  });

  it.each(['--network=host', '--security=insecure'])(
    'S-034 S-048 an ONBUILD %s in a base image, which no look at the Dockerfile sees, is refused by the engine',
    async (flag) => {
      const base = await onBuildImage(engine, [`RUN ${flag} echo privileged`]);
      const record = new EventRecord();
      const error = await engine.build(strangersRequest(`FROM ${base}\n`), record.emit, never).then(
        () => null,
        (reason: unknown) => reason as { code: string; retryable: boolean },
      );
      expect(['PolicyRefused', 'DockerfileInvalid']).toContain(error?.code);
      expect(error?.retryable).toBe(false);
      expect(record.output()).not.toContain('privileged');
    },
  );

  it('S-048 a link in the context leads to nothing of the host', async () => {
    const files = [contextFile('link', '', { kind: 'symlink', linkTarget: canary })];
    const context = () => ({ context: { files, sharedKey: unique() } });
    const error = await failureOf(engine, strangersRequest('FROM busybox\nCOPY link/ /copied\n', context()));
    const read = `FROM busybox\nCOPY link /copied\nRUN cat /copied || echo none # ${unique()}\n`;
    const said = await outputOf(engine, strangersRequest(read, context())).catch(({ code }: { code: string }) => code);
    expect([error.code, said].join()).not.toContain('alive');
  });

  it('R5-B1 a link through itself fails its build, and the next one goes on', async () => {
    const linkTarget = `a/${'x'.repeat(200)}/${'y'.repeat(200)}`;
    const files = [contextFile('a', '', { kind: 'symlink', linkTarget }), contextFile('b', 'fine\n')];
    const context = () => ({ context: { files, sharedKey: unique() } });
    const error = await failureOf(engine, strangersRequest('FROM busybox\nCOPY a/ /copied\n', context()));
    expect(error).toMatchObject({ retryable: false });
    const read = `FROM busybox\nCOPY b /copied\nRUN cat /copied # ${unique()}\n`;
    expect(await outputOf(engine, strangersRequest(read, context()))).toContain('fine');
  });
});

function circle(stages: number): string {
  const stage = (n: number) => `FROM busybox AS s${n}\nCOPY --from=s${(n + 1) % stages} /x /x\n`;
  return Array.from({ length: stages }, (_, n) => stage(n)).join('');
}

/** Of every process of this machine, its arguments with blanks between them. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}
