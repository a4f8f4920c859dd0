import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ComposeProduct, until } from '@cooperage/e2e';
import { visits } from '@cooperage/e2e/browser';
import { services } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hostileText } from '../browser/hostile.js';
import { watching } from '../browser/watching.js';
import { backup } from '../compose/backup.js';
import { crashes } from '../compose/crashes.js';
import { diskFloor } from '../compose/disk.js';
import { hostileImages } from '../compose/hostile-images.js';
import { isolation } from '../compose/isolation.js';
import { registryReaders } from '../compose/registry-readers.js';
import { signaturesOf, verifyAsShown } from '../compose/signatures.js';
import { builderTakenOver } from '../shared/builder-taken-over.js';
import { caches } from '../shared/cache.js';
import { secrets } from '../shared/canary.js';
import { door } from '../shared/door.js';
import { faults } from '../shared/faults.js';
import { hogs } from '../shared/hogs.js';
import { liveLog } from '../shared/live-log.js';
import { pages } from '../shared/pages.js';
import { publisher } from '../shared/publisher.js';
import { road } from '../shared/road.js';
import { signIn } from '../shared/sign-in.js';

const run = promisify(execFile);
const version = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 2 : 1;

// Stand-ins for images that cannot be pulled here. Engines are root of their containers; there is no other profile (ADR 37).
describe(`Compose from a clean copy, with stand-in images and engines that are root without --privileged, on control groups version ${version}`, () => {
  let product: ComposeProduct;

  beforeAll(async () => {
    product = await ComposeProduct.start();
    // It installs all packages and builds all applications, in containers.
  }, 1_500_000);
  afterAll(() => product?.stop());
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${(await product.logs().catch(String)).slice(-30_000)}\n`);
  });
  const suite = {
    get product() {
      return product;
    },
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

  describe('its pages', () => {
    const visited = visits(suite);
    door(visited, ' [A3 Compose suites]');
    describe('with people', () => {
      beforeAll(() => signedIn(product));
      hostileText(visited);
      watching(visited, ' [A3 Compose suites]');
      pages(visited, ' [A3 Compose suites]');
      signIn(visited, () => product.provider, ' [A3 Compose suites]');
    });
  });

  describe('in use', () => {
    beforeAll(() => signedIn(product));

    it('makes a verified image of a push, which anybody outside pulls and verifies by the commands of its page [A3 Compose]', async () => {
      const repository = await product.repository({ visibility: 'public' });
      const build = await product.build(repository, {
        Dockerfile: 'FROM busybox\nCOPY word /word\nRUN cat /word\n',
        word: 'hello\n',
      });
      expect(build).toMatchObject({ status: 'succeeded', tags: ['main', 'latest'] });
      const { reference, commands } = await signaturesOf(product, build);
      const { organizationSlug, slug } = repository.project;
      expect(reference).toBe(`${product.pullHost}/${organizationSlug}/${slug}@${build.digest}`);
      expect(commands.find(({ title }) => title === 'Pull')?.arguments).toEqual(['docker', 'pull', reference]);
      const tar = path.join(product.docker.folder, 'pulled.tar');
      await run(services().tools.crane!, ['pull', '--insecure', reference, tar]);
      const { stdout } = await run('tar', ['-tf', tar]);
      expect(stdout).toContain('manifest.json');
      await verifyAsShown(product, build);
    });

    road(suite, ' [A3 Compose suites]');
    liveLog(suite, ' [A3 Compose suites]');
    caches(suite, ' [A3 Compose suites]');
    secrets(suite, ' [A3 Compose suites]');
    builderTakenOver(suite, ' [A3 Compose isolation]');
    // The disk of one build is not limited there (ADR 37).
    hogs(suite, ' [A3 Compose isolation]', ['DiskLimit']);
    isolation(suite);
    hostileImages(suite);
    registryReaders(suite);
    diskFloor(suite);
    crashes(suite, ' [A3 Compose faults]');
    faults(suite, ' [A3 Compose faults]');
    publisher(suite, ' [A3 Compose faults]');
    backup(suite);
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

/** Whoever runs some of the scenarios alone has not been through the door. */
async function signedIn(product: ComposeProduct): Promise<void> {
  await product.signIn().catch(() => product.setUp());
}
