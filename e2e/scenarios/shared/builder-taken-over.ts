import type { BuilderLogin, Installation, Repository } from '@cooperage/e2e';
import { query } from '@cooperage/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { building } from './faults.js';
import type { Suite } from './suite.js';

const refused = /permission denied|row-level security|may not|belongs to another pool/;
const denied = /NOPERM|can't access at least one of the keys/;
const slow = 'FROM busybox:latest\nRUN sleep 600\n';

/**
 * Somebody with all that a builder of each pool is started with, while another builder builds.
 * @param tag of a row of the scorecard, for the titles
 */
export function builderTakenOver(suite: Suite, tag = ''): void {
  describe('R-M9 whoever holds the credentials of a builder', () => {
    let product: Installation;
    let repository: Repository;
    let logins: readonly BuilderLogin[];
    let buildId: string;
    let attemptId: string;

    const owner = (sql: string) => query<Record<string, unknown>>(product.databaseUrl, sql);
    /** As a process with a key of its own, which no builder has. */
    const ask = ({ pool, env }: BuilderLogin, sql: string) => {
      const url = new URL(env.DATABASE_URL);
      url.searchParams.set('options', `-c cooperage.instance_key=another-key-${pool}`);
      return query<Record<string, unknown>>(url.href, sql);
    };
    const register = (login: BuilderLogin, name: string, info: object) =>
      ask(
        login,
        `INSERT INTO process_instance (id, role, name, info, key_hash)
         VALUES (overlay(gen_random_uuid()::text PLACING '7' FROM 15)::uuid, 'builder', '${name}', '${JSON.stringify(info)}', builder_key_hash())`,
      );

    beforeAll(async () => {
      product = suite.product;
      repository = await product.repository();
      const path = `/api/v1/projects/${repository.project.id}`;
      await product.api.json('PUT', `${path}/secrets/TOKEN`, { value: 'a-secret-of-the-project' });
      const credential = { username: 'robot', password: 'a-password-of-the-project' };
      await product.api.json('PUT', `${path}/registry-credentials/registry.example:5000`, credential);
      await product.api.json('PUT', `${path}/git-credentials`, { kind: 'basic', ...credential });
      logins = await product.builderLogins();
      const { commit } = await product.push(repository, { Dockerfile: slow });
      const build = await product.buildWhere(repository, commit, 'runs', building);
      buildId = build.id;
      attemptId = build.attempts.at(-1)!.id;
      // Each calls itself as the builder that has the build.
      const [{ worker_name: name }] = (await owner(`SELECT worker_name FROM attempt WHERE id = '${attemptId}'`)) as [
        { worker_name: string },
      ];
      for (const login of logins) await register(login, name, { slots: 0 });
    });
    afterAll(async () => {
      await product.api.json('POST', `/api/v1/builds/${buildId}/cancel`, {});
      for (const login of logins)
        await ask(login, `UPDATE process_instance SET ended_at = now(), end_reason = 'exited'`);
    });

    it(`is started with no key that signs, mints or lets people in${tag}`, () => {
      const keys = /SIGNING|SECRET_KEY|TOKEN|_PASSWORD|UNTRUSTED_REDIS/;
      for (const { env } of logins) expect(Object.keys(env).filter((name) => keys.test(name))).toEqual([]);
    });

    it(`reads no secret, credential or token of another’s build${tag}`, async () => {
      const rows = ['SELECT sealed FROM project_secret', 'SELECT sealed FROM registry_credential'];
      const functions = [
        `SELECT c FROM (SELECT git_credentials_of('${repository.project.id}') AS c) x WHERE c IS NOT NULL`,
        `SELECT t FROM (SELECT registry_token_of('${attemptId}') AS t) x WHERE t IS NOT NULL`,
      ];
      for (const sql of rows) expect(await owner(sql), sql).not.toEqual([]);
      const stored = 'SELECT git_credentials, registry_token FROM project, attempt WHERE';
      const [held] = await owner(`${stored} project.id = '${repository.project.id}' AND attempt.id = '${attemptId}'`);
      expect(held).toEqual({ git_credentials: expect.any(Buffer), registry_token: expect.any(Buffer) });
      for (const login of logins) {
        for (const sql of [...rows, ...functions]) expect(await ask(login, sql), `${login.pool}: ${sql}`).toEqual([]);
        for (const column of [
          'git_credentials FROM project',
          'registry_token FROM attempt',
          'sealed FROM signing_key',
          '* FROM session',
          '* FROM account',
          '* FROM api_token',
          '* FROM hook_secret',
        ])
          await expect(ask(login, `SELECT ${column}`), `${login.pool}: ${column}`).rejects.toThrow(refused);
      }
    });

    it(`changes no build of another, and publishes nothing${tag}`, async () => {
      const build = () => owner(`SELECT status, stage, digest, failure FROM build WHERE id = '${buildId}'`);
      const before = await build();
      for (const login of logins) {
        for (const change of [
          `UPDATE build SET status = 'failed', stage = NULL RETURNING id`,
          `UPDATE build SET digest = 'sha256:${'0'.repeat(64)}' RETURNING id`,
          `UPDATE attempt SET lease_until = now() RETURNING id`,
          `UPDATE process_instance SET ended_at = now() WHERE key_hash <> builder_key_hash() RETURNING id`,
        ])
          expect(await ask(login, change), `${login.pool}: ${change}`).toEqual([]);
        for (const change of [
          `INSERT INTO outbox (topic, subject_id, group_id) VALUES ('publish', '${buildId}', '${repository.project.id}')`,
          `SELECT state FROM stage_image('${buildId}', 'sha256:${'1'.repeat(64)}', '{}', '{}', true)`,
          `UPDATE image_tag SET digest = 'sha256:${'0'.repeat(64)}'`,
          'DELETE FROM log_chunk',
        ])
          await expect(ask(login, change), `${login.pool}: ${change}`).rejects.toThrow(refused);
      }
      expect(before).toMatchObject([{ status: 'running', digest: null }]);
      expect(await build()).toEqual(before);
      expect(await owner(`SELECT state FROM attempt WHERE build_id = '${buildId}'`)).toEqual([{ state: 'claimed' }]);
    });

    it(`joins no other pool${tag}`, async () => {
      for (const login of logins) {
        const lane = login.pool === 'trusted' ? 'strangers' : 'trusted';
        await expect(register(login, 'another-name', { slots: 4, lane }), login.pool).rejects.toThrow(refused);
      }
    });

    it(`reaches at Redis the queues of its pool alone${tag}`, async () => {
      for (const { pool, env } of logins) {
        const redis = await connected(env.REDIS_URL);
        const key = (of: string) => `bull:run-build-${of}-nobody:spec`;
        expect(await redis.set(key(pool), '1')).toBe('OK');
        expect(await redis.del(key(pool))).toBe(1);
        const other = pool === 'trusted' ? 'strangers' : 'trusted';
        for (const reach of [
          () => redis.get(key(other)),
          () => redis.lpush('bull:publish:wait', 'x'),
          () => redis.eval("return redis.call('GET', 'bull:evaluate:id')", 0),
          () => redis.keys('*'),
          () => redis.subscribe('cooperage:log:x'),
          () => redis.config('GET', 'requirepass'),
          () => redis.acl('LIST'),
          () => redis.flushall(),
          () => redis.call('MONITOR'),
        ])
          await expect(reach(), `${pool}: ${reach}`).rejects.toThrow(denied);
        redis.disconnect();
      }
    });

    it(`is nobody at the Redis of the other pool${tag}`, async () => {
      const [one, other] = logins.map(({ env }) => new URL(env.REDIS_URL)) as [URL, URL];
      for (const [login, place] of [
        [one, other],
        [other, one],
      ] as const) {
        const url = new URL(place.href);
        [url.username, url.password] = [login.username, login.password];
        await expect(connected(url.href)).rejects.toThrow(/WRONGPASS/);
      }
    });
  });
}

/** @throws {Error} with what the server said of the login */
async function connected(url: string): Promise<Redis> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  redis.on('error', reject);
  await Promise.race([redis.connect(), failed]);
  return redis;
}
