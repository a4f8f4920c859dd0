import { describe, expect, it } from 'vitest';
import { builderRights, builderUsers } from '../parts/redis/builder-user.ts';
import { readComposeFile } from './compose-model.ts';
import { composeFaults } from './compose-rules.ts';

describe('docker-compose.yml', () => {
  it('R-C1 keeps each engine from everything but the registry, and gives its socket to one builder', async () => {
    expect(composeFaults(await readComposeFile())).toEqual([]);
  });

  it('R-M9 gives builders the login of their pool and no other key but the one that opens what they are given', async () => {
    const { services } = await readComposeFile();
    const secretsOf = (name: string) =>
      Object.entries(services[name]?.environment ?? {}).flatMap(([key, value]) =>
        value?.includes('filled-in') ? [key] : [],
      );
    for (const name of ['builder', 'builder-untrusted'])
      expect(secretsOf(name).sort()).toEqual(['DATABASE_URL', 'ENCRYPTION_KEY', 'REDIS_URL']);
    expect([services.builder, services['builder-untrusted']].map((each) => each?.environment?.DATABASE_URL)).toEqual([
      'postgresql://cooperage_builder:filled-in@postgres:5432/cooperage',
      'postgresql://cooperage_builder_untrusted:filled-in@postgres:5432/cooperage',
    ]);
    for (const [name, pool] of [
      ['builder', 'trusted'],
      ['builder-untrusted', 'strangers'],
    ] as const) {
      expect(services[name]?.environment?.REDIS_URL).toBe(`redis://${builderUsers[pool]}:filled-in@redis:6379`);
      expect(services.redis?.command?.join(' ')).toContain(builderRights(pool));
    }
  });

  it('S-123 lets nobody into Redis without a password', async () => {
    const { redis } = (await readComposeFile()).services;
    expect(redis?.command?.join(' ')).toContain('requirepass');
    expect(redis?.environment?.REDISCLI_AUTH).toBe('filled-in');
  });
});
