import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../engine.js';
import { EventRecord } from '../testing/event-record.js';
import { endTrial, processesIn, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

/** What a Dockerfile of a stranger tries, on the real builder, with the network that projects have. */
describe('a hostile Dockerfile', () => {
  let engine: BuildkitEngine;
  let folder: string;
  let canary: string;
  let server: Server;
  let connections = 0;
  const cgroupParent = trialCgroupParent();

  beforeAll(async () => {
    engine = trialEngine({ cgroupParent });
    folder = await mkdtemp(path.join(tmpdir(), 'cooperage-hostile-'));
    canary = path.join(folder, 'canary');
    await writeFile(canary, 'alive');
    server = createServer((socket) => {
      connections++;
      socket.end('reached\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
    await endTrial(cgroupParent, engine);
  });

  const withNetwork = (dockerfile: string, change: Partial<BuildRequest> = {}) =>
    pushRequest(dockerfile, { limits: { networkMode: 'default', group: `hostile-${unique()}` }, ...change });
  const output = async (request: BuildRequest) => {
    const record = new EventRecord();
    await engine.build(request, record.emit, never);
    return record.output();
  };
  const failure = (request: BuildRequest) =>
    engine
      .build(request, () => {}, never)
      .then(
        () => null,
        (error: unknown) => error as { code: string },
      );

  it('S-035 reads no file of the host through a working directory that leads outside', async () => {
    const tries = [3, 7, 8, 9].map((fd) =>
      output(
        withNetwork(`FROM busybox\nWORKDIR /proc/self/fd/${fd}\nRUN cat ../../../..${canary} || true # ${unique()}\n`),
      ),
    );
    // It fails, or works on a folder of its own; what it never does is read.
    for (const tried of await Promise.allSettled(tries))
      if (tried.status === 'fulfilled') expect(tried.value).not.toContain('alive');
  });

  it('S-036 harms nothing of the host through a cache mount whose source is a link', async () => {
    const id = unique();
    const mount = `--mount=type=cache,id=${id},target=/c`;
    const planted = `FROM busybox\nRUN ${mount} mkdir -p /c/x && rm -rf /c/x/in && ln -s ${folder} /c/x/in # ${unique()}\n`;
    await output(withNetwork(planted));
    const through = `FROM busybox\nRUN --mount=type=cache,id=${id},source=x/in,target=/d ls /d; rm -rf /d/* # ${unique()}\n`;
    await failure(withNetwork(through));
    expect(await readFile(canary, 'utf8')).toBe('alive');
  });

  it('S-039 reaches none of the service’s own parts, by no address of the host', async () => {
    const { registry } = services();
    const ports = [(server.address() as { port: number }).port, Number(registry.host.split(':')[1])];
    for (const url of [services().redisUrl, services().databaseUrl]) ports.push(Number(new URL(url).port));
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const hosts = own.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
    const gateway = '$(ip route | sed -n "s/^default via \\\\([^ ]*\\\\).*/\\\\1/p")';
    const targets = [...hosts, gateway, 'host.docker.internal'].flatMap((host) =>
      ports.map((port) => `${host} ${port}`),
    );
    const tries = targets.map((target) => `(timeout 2 nc ${target} </dev/null && echo "open: ${target}") || true`);
    const said = await output(withNetwork(`FROM busybox\nRUN ${tries.join('; ')}; echo looked # ${unique()}\n`));
    expect(said).toContain('looked');
    expect(said).not.toContain('open:');
    expect(connections).toBe(0);
  });

  it('S-042 finds no credential in what it can see of its surroundings', async () => {
    const secret = `canary-${unique()}`;
    const look =
      'cat /proc/*/environ /proc/*/cmdline /proc/mounts /proc/keys /run/secrets/* 2>/dev/null | tr "\\\\0" "\\\\n"; ' +
      'ls -a / /root /run /var/run /dev; find / -xdev -name "*.sock" -o -xdev -name "conf*.json" 2>/dev/null';
    const said = await output(
      withNetwork(`FROM busybox\nRUN ${look} # ${unique()}\n`, { secrets: new Map([['token', Buffer.from(secret)]]) }),
    );
    expect(said).not.toContain(secret);
    expect(said).not.toMatch(/docker\.sock|engine\.sock|buildkitd|config\.json|COOPERAGE|DATABASE_URL/);
  });

  it('S-043 leaves no daemon behind when its step ends well', async () => {
    const group = `hostile-${unique()}`;
    const request = pushRequest(`FROM busybox\nRUN (setsid nohup sleep 300 >/dev/null 2>&1 &); echo ${unique()}\n`, {
      limits: { networkMode: 'none', group },
    });
    await engine.build(request, () => {}, never);
    expect(processesIn(`${cgroupParent}/${group}`)).toBe(0);
  });

  it.each([
    ['a line break', 'busybox\nlatest'],
    ['quotes', '"busybox"; touch /x'],
    ['ten kilobytes', `busybox:${'a'.repeat(10_240)}`],
    ['an option', '--allow=security.insecure'],
  ])('S-045 FROM a name with %s is an error of the user, and nothing else', async (_what, name) => {
    const error = await failure(withNetwork(`FROM ${name}\nRUN true\n`));
    expect(['DockerfileInvalid', 'StepFailed']).toContain(error?.code);
  });

  it('S-048 prints control characters of a heredoc as they are, and ends a chain of ONBUILD', async () => {
    const said = await output(
      withNetwork(`FROM busybox\nRUN <<E\nprintf '\\033]0;title\\007\\033[2Jseen' # ${unique()}\nE\n`),
    );
    expect(said).toContain('\u001b]0;title\u0007\u001b[2Jseen');
    const chained = await failure(withNetwork('FROM busybox\nONBUILD ONBUILD RUN true\n'));
    expect(chained?.code).toBe('DockerfileInvalid');
  });

  it('S-048 a link in the context leads to nothing of the host', async () => {
    const files = [contextFile('link', '', { kind: 'symlink', linkTarget: canary })];
    const error = await failure(
      withNetwork('FROM busybox\nCOPY link/ /copied\n', { context: { files, sharedKey: unique() } }),
    );
    const read = withNetwork(`FROM busybox\nCOPY link /copied\nRUN cat /copied || echo none # ${unique()}\n`, {
      context: { files, sharedKey: unique() },
    });
    const said = await output(read).catch((failed: { code: string }) => failed.code);
    expect([error?.code ?? '', said].join()).not.toContain('alive');
  });
});
