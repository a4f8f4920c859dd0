import { createHash } from 'node:crypto';
import type { Build } from '@cooperage/contracts';
import {
  Canary,
  databaseHits,
  type Installation,
  ProcessWatch,
  RedisWatch,
  RegistryHits,
  type Repository,
  until,
} from '@cooperage/e2e';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Suite } from './suite.js';

/** Prints the secret in each form that the masker knows, and takes what is derived from it into the image. */
const good = `FROM busybox:latest
RUN --mount=type=secret,id=TOKEN cat /run/secrets/TOKEN; echo; base64 /run/secrets/TOKEN; \\
  echo "https://robot:$(cat /run/secrets/TOKEN)@example.test/"; sleep 4; sha256sum < /run/secrets/TOKEN > /sum; echo printed
RUN --mount=type=cache,target=/c --mount=type=secret,id=TOKEN test -s /run/secrets/TOKEN && date > /c/date
LABEL example=1
`;
const bad = `FROM busybox:latest
RUN --mount=type=secret,id=TOKEN echo "refused: $(cat /run/secrets/TOKEN)" >&2; sleep 0.3; exit 7
`;

/** @param tag of a row of the scorecard, for the titles */
export function secrets(suite: Suite, tag = ''): void {
  describe('S-055 a secret that a build uses', () => {
    const canary = new Canary();
    const password = new Canary();
    const git = new Canary();
    const all = [canary, password, git];
    let product: Installation;
    let repository: Repository;
    let redis: RedisWatch[] = [];
    let processes: ProcessWatch | undefined;
    let builds: Build[];

    beforeAll(async () => {
      product = suite.product;
      await product.forgetWritten();
      redis = await Promise.all(all.map((each) => RedisWatch.start(product.redisUrl, each)));
      processes = new ProcessWatch(all);
      repository = await product.repository({ cacheMode: 'max' });
      const path = `/api/v1/projects/${repository.project.id}`;
      await product.api.json('PUT', `${path}/secrets/TOKEN`, { value: canary.value });
      const credential = { username: 'robot', password: password.value };
      await product.api.json('PUT', `${path}/registry-credentials/registry.example:5000`, credential);
      await product.api.json('PUT', `${path}/git-credentials`, {
        kind: 'basic',
        username: 'robot',
        password: git.value,
      });
      const first = await product.push(repository, { Dockerfile: good });
      const succeeded = await product.finished(repository, first.commit);
      // Of a cache too, which is written behind success.
      await until('its cache is written', async () =>
        (await product.api.build(succeeded.id)).cacheExport === 'done' ? true : null,
      );
      const second = await product.push(repository, { Dockerfile: bad });
      builds = [await product.api.build(succeeded.id), await product.finished(repository, second.commit)];
    }, 150_000);
    afterAll(async () => {
      for (const watch of redis) watch.stop();
      await processes?.stop();
    });

    const textOf = async (path: string) => (await product.api.send('GET', path)).text();

    it(`was really used: the image holds what follows from it, and its place in the log is marked${tag}`, async () => {
      expect(builds.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
      const log = await textOf(`/api/v1/builds/${builds[0]!.id}/log`);
      expect(log.match(/\[secret TOKEN\]/g)?.length).toBeGreaterThanOrEqual(3);
      const sum = createHash('sha256').update(canary.value).digest('hex');
      const found = new RegistryHits(new Canary(sum), product.registryAccess);
      await found.look(repositoryName(), [builds[0]!.digest!]);
      expect(found.hits.length).toBeGreaterThan(0);
    });

    const repositoryName = () => `${repository.project.organizationSlug}/${repository.project.slug}`;

    it(`stands in no layer, config, history, signature, provenance or cache of the registry${tag}`, async () => {
      const written = await product.written();
      // The staging repository, the project's own, and that of the cache.
      for (const name of [/^staging\//, /^cache\//, new RegExp(`^${repositoryName()}$`)])
        expect(written).toContainEqual(expect.stringMatching(name));
      for (const each of all) {
        const registry = new RegistryHits(each, product.registryAccess);
        for (const name of written) await registry.look(name, [builds[0]!.digest!]);
        expect(registry.hits).toEqual([]);
        const places = [...registry.looked].join('\n');
        // Image, signatures and attestations in both formats, and the cache: all were there to be looked at.
        expect(places).toContain(`${repositoryName()}@sha256-`);
        expect(places).toMatch(/^cache\/.*@sha256:/m);
        expect(registry.looked.size).toBeGreaterThan(12);
      }
    });

    it(`stands in no column of the database, however it is packed there${tag}`, async () => {
      const visible = await databaseHits(product.databaseUrl, new Canary(builds[0]!.commit));
      expect(visible.hits).toContain('build.commit');
      // What is packed is looked into: a line of the log.
      const printed = await databaseHits(product.databaseUrl, new Canary('[secret TOKEN]'));
      expect(printed.hits).toContain('log_chunk.payload');
      for (const each of all) {
        const { hits, looked } = await databaseHits(product.databaseUrl, each);
        expect(hits).toEqual([]);
        expect(looked).toBeGreaterThan(500);
      }
    });

    it(`was never told to Redis, not even in passing${tag}`, () => {
      for (const watch of redis) {
        expect(watch.hits).toEqual([]);
        expect(watch.commands).toBeGreaterThan(50);
      }
    });

    it(`stood in no process’s arguments or environment${tag}`, () => {
      expect([...processes!.hits]).toEqual([]);
      // The step itself was seen, whose arguments name the file and not what is in it.
      expect([...processes!.seen].some((name) => name.includes('/run/secrets/TOKEN'))).toBe(true);
    });

    it(`is in no line of the service’s own logs, and in no metric${tag}`, async () => {
      const logs = await product.logs();
      expect(logs).toContain(builds[1]!.id);
      const metrics = await Promise.all(
        (['api', 'live', 'builder', 'control'] as const).map((role) => product.metricsOf(role)),
      );
      for (const text of metrics) expect(text).toContain('cooperage_build_info');
      for (const text of [logs, ...metrics]) for (const each of all) expect(each.isIn(Buffer.from(text))).toBe(false);
    });

    it(`is told by no answer of the API, also where it is an error${tag}`, async () => {
      const { id: projectId, organizationId, organizationSlug, slug } = repository.project;
      const [build, failed] = builds as [Build, Build];
      const ids = { projectId, organizationId, digest: build.digest!, number: '1', organization: organizationSlug };
      const filled = (template: string, known: Record<string, string>) =>
        template.replaceAll(
          /\{(\w+)\}/g,
          (_all, name: string) => known[name] ?? '00000000-0000-7000-8000-000000000000',
        );
      const { paths: described } = await product.api.json<{ paths: Record<string, object> }>(
        'GET',
        '/api/openapi.json',
      );
      const readable = Object.keys(described).filter(
        (template) => 'get' in described[template]! && !template.endsWith('/follow'),
      );
      const paths = readable.flatMap((template) => [
        filled(template, { ...ids, buildId: build.id }),
        filled(template, { ...ids, buildId: failed.id, number: '2', digest: 'none' }),
      ]);
      for (const { id } of builds) paths.push(`/api/v1/builds/${id}/log/search?q=canary`);
      const compared = `/api/v1/projects/${projectId}/compare?a=1&b=2`;
      paths.push(compared, `/p/${organizationSlug}/${slug}`, '/nothing', '/api/v1/builds/not-an-id');
      const statuses = new Set<number>();
      for (const path of paths) {
        const answer = await product.api.send('GET', path);
        statuses.add(answer.status);
        const text = await answer.text();
        for (const each of all) expect([path, each.isIn(Buffer.from(text))]).toEqual([path, false]);
      }
      expect([...statuses]).toEqual(expect.arrayContaining([200, 404]));
      expect(paths.length).toBeGreaterThan(80);
      const broken = await product.api.send('PUT', `/api/v1/projects/${projectId}/secrets/not-a-name`, {
        value: canary.value,
      });
      expect(broken.status).toBe(400);
      expect(canary.isIn(Buffer.from(await broken.text()))).toBe(false);
      expect(JSON.stringify(failed.failure)).toContain('StepFailed');
    });
  });
}
