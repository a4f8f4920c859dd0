import type { Page, WorkerView } from '@cooperage/contracts';
import { type ComposeProduct, type Repository, until } from '@cooperage/e2e';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Suite } from '../shared/suite.js';

/** What a step reached: a line for each place. */
const knock = (places: readonly string[]) =>
  `RUN ${places.map((place) => `(nc -w 5 ${place} </dev/null >/dev/null 2>&1 && echo "${place} open" || echo "${place} closed")`).join('; ')}\n`;

/** What `docker-compose.yml` and the start of its engines promise of builds. */
export function isolation(suite: Suite<ComposeProduct>): void {
  describe('engines and builders', () => {
    let product: ComposeProduct;
    let hello: Repository;
    beforeAll(async () => {
      product = suite.product;
      hello = await product.repository();
    });

    it('R-C1 lets a step reach neither an engine, nor a service, nor a metadata address, nor a private network [A3 Compose isolation]', async () => {
      const [inner] = [product.docker.started.address];
      const closed = [
        ...[
          '127.0.0.1 1234',
          'buildkit 1234',
          'buildkit-untrusted 1234',
          'registry 5000',
          'registry-proxy 5000',
          'builder 8082',
          `api ${product.publicPort}`,
        ],
        ...['postgres 5432', 'redis 6379', '169.254.169.254 80', '198.18.0.1 22', '172.29.0.1 5000', '127.0.0.11 53'],
        ...[`${inner} ${product.publicPort}`, `${inner} 5000`, '192.168.1.1 80', '100.100.100.200 80'],
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

    it('R6-A1 R6-A3 gives a step neither a socket of the engine nor the right to forge packets', async () => {
      const find = 'find / -path /proc -prune -o -type s -exec echo found {} + 2>/dev/null';
      const look = `${find}; env | cut -d = -f 1; grep ^Cap /proc/self/status; echo looked`;
      const build = await product.build(hello, { Dockerfile: `FROM busybox\nRUN ${look}\n` });
      const log = await product.log(build);
      expect(build.status, log).toBe('succeeded');
      expect(log).not.toMatch(/found \/|OTEL_|TRACEPARENT/);
      const sets = [...log.matchAll(/Cap(?:Prm|Eff|Bnd):\s*([0-9a-f]{16})/g)].map(([, hex]) => BigInt(`0x${hex}`));
      // NET_RAW, and beside it NET_BIND_SERVICE, which is left (capabilities(7)).
      expect(sets.map((set) => [(set >> 13n) & 1n, (set >> 10n) & 1n])).toEqual([
        [0n, 1n],
        [0n, 1n],
        [0n, 1n],
      ]);
    });

    it('R-C2 lets the engine itself fetch nothing from an inner address, whatever name leads there [A3 Compose isolation]', async () => {
      for (const name of [`inner.example.test:${product.publicPort}/healthz`, 'meta.example.test/latest/meta-data/']) {
        const build = await product.build(hello, { Dockerfile: `FROM busybox\nADD http://${name} /got\n` });
        expect(build.status).toBe('failed');
        expect(JSON.stringify(build.failure)).toMatch(/connection refused/);
      }
      // From a container on the network of our processes the same address answers: it is the filter that keeps the engine away.
      const ask = `fetch('http://${product.docker.started.address}:${product.publicPort}/healthz').then((r) => process.exit(r.ok ? 0 : 1))`;
      await product.compose('exec', '-T', 'git', 'node', '-e', ask);
    });

    it('R-C2 is found to fetch nothing near by its builder, who asks again while that is not known', async () => {
      const warned = async () => {
        const { items } = await product.api.json<Page<WorkerView>>('GET', '/api/v1/workers');
        const builders = items.filter(({ role, state }) => role === 'builder' && ['idle', 'busy'].includes(state));
        return builders.map(({ engineFeatures }) => engineFeatures?.warnings);
      };
      await expect.poll(warned, { timeout: 180_000 }).toEqual([[], []]);
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

    it('R9-C1 R9-C2 ends an engine at once where its builder asks for it, says why, and starts another', async () => {
      const inBuilder = (script: string) => product.compose('exec', '-T', 'builder', 'sh', '-c', script);
      const started = () => product.compose('exec', '-T', 'buildkit', 'stat', '-c', '%Y', '/run/network-rules/4');
      const before = await started();
      await expect(inBuilder('touch /run/buildkit/other')).rejects.toThrow();
      await expect(inBuilder('echo >/run/buildkit/rules.json')).rejects.toThrow();
      await inBuilder("echo 'a build does not end' >/run/buildkit/rules.json.asked/end");
      await until('the engine was started anew', async () => (await started().catch(() => before)) !== before);
      await until('that is forgotten', async () =>
        inBuilder('test ! -e /run/buildkit/rules.json.asked/end').then(
          () => true,
          () => false,
        ),
      );
      expect(await product.compose('logs', 'buildkit')).toContain('a build does not end');
      const build = await product.build(hello, { Dockerfile: 'FROM busybox\nRUN echo after the end\n' });
      expect(build.status, await product.log(build)).toBe('succeeded');
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
      const theirs = await product.repository({ organizationId: other.organizationId });
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

    it('R20C-5 R20C-6 R20C-7 lets a builder reach no process and no Redis but its own', async () => {
      const ask = async (place: string) => {
        const tell = "() => console.log('answered'), ({ cause }) => console.log(cause.code)";
        const script = `fetch('http://${place}/healthz').then(${tell})`;
        return (await product.compose('exec', '-T', 'builder-untrusted', 'node', '-e', script)).trim();
      };
      // None of their names is known on its networks.
      for (const place of ['control:8083', 'builder:8082', 'api:8080', 'registry-proxy:5000', 'redis:6379'])
        expect(await ask(place), place).toMatch(/^(?:ENOTFOUND|EAI_AGAIN)$/);
      expect(await ask('127.0.0.1:8082')).toBe('answered');
    });

    it('R20C-3 R20C-4 lets a builder have the connections of its pool at PostgreSQL, and the registry behind a proxy', async () => {
      const inBuilder = async (script: string) =>
        (await product.compose('exec', '-T', 'builder-untrusted', 'node', '-e', script)).trim();
      // Of 150 who say no password, those that are still there when all others were refused.
      const script = `
        let refused = 0;
        const sockets = Array.from({ length: 150 }, () => require('net').connect(5432, 'postgres'));
        const tell = () => (console.log(refused), process.exit());
        for (const socket of sockets) socket.on('error', () => {}).on('close', () => ++refused === 90 && setTimeout(tell, 1000));
        setTimeout(tell, 8000);
      `;
      const refused = Number(await inBuilder(script));
      // Those of the builder itself count too.
      expect(refused).toBeGreaterThanOrEqual(90);
      expect(refused).toBeLessThan(150);
      // The registry itself knows no such address.
      expect(await inBuilder("fetch('http://registry:5000/healthz').then((r) => console.log(r.status))")).toBe('200');
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
        ...['cooperage/buildkit:0.1.0', 'sh', '/etc/cooperage/buildkit/start.sh'],
      ];
      await expect(product.docker.docker(...start)).rejects.toThrow(/this engine does not start: .*control group/);
    });
  });
}
