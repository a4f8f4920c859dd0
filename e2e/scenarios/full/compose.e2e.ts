import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Build, Me, Page } from '@cooperage/contracts';
import { ComposeProduct, type ComposeRepository, until } from '@cooperage/e2e';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const version = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 2 : 1;

interface Signatures {
  readonly reference: string;
  readonly state: string;
  readonly commands: readonly { readonly title: string; readonly arguments: readonly string[] }[];
}

/** What a step reached: a line for each place. */
const knock = (places: readonly string[]) =>
  `RUN ${places.map((place) => `(nc -w 5 ${place} </dev/null >/dev/null 2>&1 && echo "${place} open" || echo "${place} closed")`).join('; ')}\n`;

describe(`docker-compose.yml from a clean copy, with stand-ins for what cannot be pulled here; the engines are root of their containers without --privileged, on control groups version ${version}`, () => {
  let product: ComposeProduct;
  let organizationId: string;
  let hello: ComposeRepository;
  let first: Build;

  beforeAll(async () => {
    product = await ComposeProduct.start();
    await product.setUp();
    organizationId = (await product.api.json<Me>('GET', '/api/v1/me')).organizations[0]!.organizationId;
    hello = await product.repository(organizationId, 'hello');
    // It installs all packages and builds all applications, in containers.
  }, 1_500_000);
  afterAll(() => product?.stop());

  const signaturesOf = ({ digest }: Build) =>
    product.api.json<Signatures>('GET', `/api/v1/projects/${hello.project.id}/images/${digest}/signatures`);
  /** Stock cosign, by the commands that the image's page shows. */
  const verify = async (build: Build) => {
    const { commands } = await signaturesOf(build);
    const verifying = commands.filter(({ title }) => title.startsWith('Verify'));
    expect(verifying).toHaveLength(2);
    for (const [, ...args] of verifying.map((command) => command.arguments)) await run(services().tools.cosign!, args);
  };

  it('starts with one script and one command: every service is healthy [A3 Compose]', async () => {
    const lines = (await product.compose('ps', '--all', '--format', 'json')).trim().split('\n');
    const states = lines.map(
      (line) => JSON.parse(line) as { Service: string; State: string; Health: string; ExitCode: number },
    );
    const wrong = states.filter(({ Service, State, Health, ExitCode }) =>
      Service === 'migrate' ? State !== 'exited' || ExitCode !== 0 : State !== 'running' || Health === 'unhealthy',
    );
    expect(wrong).toEqual([]);
    expect(states.map(({ Service }) => Service)).toEqual(
      expect.arrayContaining(['builder-untrusted', 'buildkit-untrusted']),
    );
  });

  it('makes a verified image of a push, which anybody outside pulls and verifies by the commands of its page [A3 Compose]', async () => {
    first = await product.build(hello, {
      Dockerfile: 'FROM busybox\nCOPY word /word\nRUN cat /word\n',
      word: 'hello\n',
    });
    expect(first).toMatchObject({ status: 'succeeded', tags: ['main', 'latest'] });
    const { reference, commands } = await signaturesOf(first);
    expect(reference).toBe(`${product.registry}/acme/hello@${first.digest}`);
    expect(commands.find(({ title }) => title === 'Pull')?.arguments).toEqual(['docker', 'pull', reference]);
    const tar = path.join(product.docker.folder, 'pulled.tar');
    await run(services().tools.crane!, ['pull', '--insecure', reference, tar]);
    await expect(run('tar', ['-tf', tar])).resolves.toMatchObject({ stdout: expect.stringContaining('manifest.json') });
    await verify(first);
  });

  it('R-C1 lets a step reach neither an engine, nor a service, nor a metadata address, nor a private network [A3 Compose isolation]', async () => {
    const [inner] = [product.docker.started.address];
    const closed = [
      ...['127.0.0.1 1234', 'buildkit 1234', 'buildkit-untrusted 1234', 'registry 5000', 'builder 8082', 'api 8080'],
      ...['postgres 5432', 'redis 6379', '169.254.169.254 80', '198.18.0.1 22', '172.29.0.1 5000', '127.0.0.11 53'],
      ...[`${inner} 8080`, `${inner} 5000`, '192.168.1.1 80', '100.100.100.200 80'],
    ];
    const build = await product.build(hello, {
      Dockerfile: `FROM busybox\n${knock(closed)}${knock(["$(sed -n 's/^nameserver //p;q' /etc/resolv.conf) 53"])}RUN test ! -e /run/buildkit && ! ls /sys/fs/cgroup/*/cooperage*\n`,
    });
    const log = await product.log(build);
    expect(build.status, log).toBe('succeeded');
    for (const place of closed) expect(log).toContain(`${place} closed`);
    // The same call finds what is there: the only thing near that a step may reach.
    expect(log).toMatch(/\d 53 open/);
  });

  it('R-C2 lets the engine itself fetch nothing from an inner address, whatever name leads there [A3 Compose isolation]', async () => {
    for (const name of ['inner.example.test:8080/healthz', 'meta.example.test/latest/meta-data/']) {
      const build = await product.build(hello, { Dockerfile: `FROM busybox\nADD http://${name} /got\n` });
      expect(build.status).toBe('failed');
      expect(JSON.stringify(build.failure)).toMatch(/connection refused/);
    }
    // From a container on the network of our processes the same address answers: it is the filter that keeps the engine away.
    const ask = `fetch('http://${product.docker.started.address}:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1))`;
    await product.compose('exec', '-T', 'git', 'node', '-e', ask);
  });

  it('R-C1 R-C2 S-039 S-040 has the rules of an engine again where they were flushed, and no build starts without', async () => {
    const inEngine = (...words: string[]) => product.compose('exec', '-T', 'buildkit', ...words);
    const rules = await inEngine('iptables', '-S');
    await inEngine('iptables', '-F');
    await until('the rules are set again', async () => (await inEngine('iptables', '-S')) === rules);
    // Without the program that sets them, the engine ends with all its steps, and starts anew.
    const started = () => inEngine('stat', '-c', '%Y', '/run/network-rules/4');
    const before = await started();
    await inEngine(
      'sh',
      '-c',
      'mount --bind /bin/false "$(readlink -f "$(command -v iptables-restore)")" && iptables -F || true',
    );
    await until('the engine was started anew', async () => {
      const now = await started().catch(() => before);
      return now !== before && (await inEngine('iptables', '-S').catch(() => '')) === rules;
    });
    const build = await product.build(hello, { Dockerfile: 'FROM busybox\nRUN echo again\n' });
    expect(build.status).toBe('succeeded');
  });

  it('S-040 keeps a build within its memory and its number of processes [A3 Compose isolation]', async () => {
    const { limits } = hello.project;
    const limited = { ...limits, memoryBytes: 67_108_864, pids: 32 };
    await product.api.json('PATCH', `/api/v1/projects/${hello.project.id}`, { limits: limited });
    const hungry = await product.build(hello, {
      Dockerfile: 'FROM busybox\nRUN exec tail /dev/zero\n',
    });
    expect(hungry.failure?.code).toBe('StepOutOfMemory');
    const forking = 'FROM busybox\nRUN for i in $(seq 100); do sleep 20 & done; wait\n';
    expect((await product.build(hello, { Dockerfile: forking })).failure?.code).toBe('StepProcessLimit');
    await product.api.json('PATCH', `/api/v1/projects/${hello.project.id}`, { limits });
  });

  it('builds a second organization in the untrusted pool, on the engine of that pool', async () => {
    const other = await product.api.json<{ organizationId: string }>('POST', '/api/v1/organizations', {
      slug: 'other',
      name: 'Other',
    });
    const theirs = await product.repository(other.organizationId, 'theirs');
    const build = await product.build(theirs, { Dockerfile: 'FROM busybox\nRUN echo theirs >/file\n' });
    expect(build.status).toBe('succeeded');
    const workers = await product.api.json<Page<{ name: string; lane: string }>>('GET', '/api/v1/workers');
    const worker = workers.items.find(({ name }) => name === build.attempts.at(-1)?.workerName);
    expect(worker?.lane).toBe('strangers');
  });

  it('R2-N6 gives no builder a control group of the other pool to write to', async () => {
    const { project } = product.docker.started;
    for (const [service, own, other] of [
      ['builder', 'trusted', 'untrusted'],
      ['builder-untrusted', 'untrusted', 'trusted'],
    ] as const) {
      const writable = (pool: string) =>
        product.compose(
          'exec',
          '-T',
          service,
          'sh',
          '-c',
          `find /sys/fs/cgroup -path '*/${project}-builds/${pool}*' -writable ! -name cgroup.event_control 2>/dev/null || true`,
        );
      expect(await writable(own)).toContain(`${project}-builds/${own}`);
      expect(await writable(other)).toBe('');
    }
  });

  it('refuses to start an engine whose builds cannot be limited, and says why', async () => {
    const { project } = product.docker.started;
    const engine = ['--cap-add', 'NET_ADMIN', '--cap-add', 'SYS_ADMIN', '--security-opt', 'apparmor=unconfined'];
    const settings = {
      POOL: 'trusted',
      CONTROL_GROUP: `${project}-other/one`,
      BUILD_MEMORY: '1g',
      BUILD_CPUS: '1',
      BUILD_PIDS: '64',
      BUILDER_UID: '10001',
    };
    const start = [
      ...['run', '--rm', '--network', `${project}_engine`, '--sysctl', 'net.ipv4.ip_forward=1', ...engine],
      ...Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...['--volume', `${product.folder}/deploy:/etc/cooperage:ro`, '--volume', '/sys/fs/cgroup:/sys/fs/cgroup:ro'],
      ...['stand-in/buildkit', 'sh', '/etc/cooperage/buildkit/start.sh'],
    ];
    await expect(product.docker.docker(...start)).rejects.toThrow(/this engine does not start: .*control group/);
  });

  it('comes back from a backup on an empty machine: images verify, tags stand, builds go on, orphans are named [A3 backup]', async () => {
    const repository = '/var/lib/registry/docker/registry/v2/repositories/acme/hello/_manifests/tags';
    // A tag that nobody made who told the database.
    await product.compose('exec', '-T', 'registry', 'cp', '-r', `${repository}/main`, `${repository}/stray`);
    const digestOf = async (tag: string) =>
      (
        await run(services().tools.crane!, ['digest', '--insecure', `${product.registry}/acme/hello:${tag}`])
      ).stdout.trim();
    const before = await Promise.all(['main', 'latest'].map(digestOf));
    const backup = path.join(product.docker.folder, 'backup');
    await product.script('backup.sh', backup);
    await expect(product.script('restore.sh', backup)).rejects.toThrow(/is not empty/);

    await product.compose('down', '--volumes', '--timeout', '5');
    for (const name of ['.env', 'secrets']) await rm(path.join(product.folder, name), { recursive: true });
    const said = await product.script('restore.sh', backup);
    // The restore starts the product. The git host and the mirror are the test's own.
    await product.compose('up', '--detach', 'git', 'mirror');
    expect(said).toContain('tag acme/hello:stray');
    expect(said).toMatch(/every image of the database is in the registry: [1-9]/);

    expect(await Promise.all(['main', 'latest'].map(digestOf))).toEqual(before);
    await verify(first);
    const build = await product.build(hello, { Dockerfile: 'FROM busybox\nCOPY word /word\n', word: 'again\n' });
    expect(build.status).toBe('succeeded');
    await verify(build);
  });

  it('leaves nothing on the machine', async () => {
    const { project } = product.docker.started;
    await product.stop();
    const places = [
      '/sys/class/net',
      '/run/netns',
      '/sys/fs/cgroup',
      ...['memory', 'pids', 'cpu'].map((name) => `/sys/fs/cgroup/${name}`),
    ];
    const left = () =>
      places.filter(existsSync).flatMap((place) => readdirSync(place).filter((name) => name.startsWith(project)));
    await until('nothing is left', async () => left().length === 0);
  });
});
