import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { catchError, encryptionKey, good, problems, secretKey } from '../spec/environments.js';
import { describeConfig } from './describe-config.js';
import { loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'cooperage-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('secrets', () => {
  it.each([
    ['builder', 'SIGNING_ENCRYPTION_KEY'],
    ['builder', 'SIGNING_ENCRYPTION_KEY_FILE'],
    ['builder', 'COOPERAGE_REGISTRY_TOKEN_KEY'],
    ['builder', 'SECRET_KEY'],
    ['api', 'SIGNING_ENCRYPTION_KEY'],
    ['live', 'ENCRYPTION_KEY'],
    ['registry-proxy', 'REDIS_URL'],
    ['registry-proxy', 'DATABASE_URL'],
    ['registry-proxy', 'COOPERAGE_REGISTRY_TOKEN_KEY'],
    ['builder-proxy', 'DATABASE_URL'],
    ['builder-proxy', 'COOPERAGE_REGISTRY_TOKEN_KEY'],
    ['supervisor', 'SECRET_KEY'],
    ['web', 'DATABASE_URL'],
  ] as const)('%s does not start with %s', (role, name) => {
    expect(problems(role, { [name]: 'x' })).toEqual([
      { name, says: `is not for the ${role} process: remove it from its environment` },
    ]);
  });

  it.each(['builder', 'control'] as const)('a supervisor may hold what its %s needs', (child) => {
    expect(problems('supervisor', good[child])).toEqual([]);
  });

  it('are never shown: not by the configuration, its description or its errors', () => {
    const env = { ...good.api, COOPERAGE_SETUP_TOKEN: 'setup-canary', OIDC_CLIENT_SECRET: 'oidc-canary' };
    const shown = [
      inspect(loadConfig('api', good.api), { depth: 9, showHidden: true }),
      JSON.stringify(loadConfig('api', good.api)),
      JSON.stringify(describeConfig('api', env)),
      catchError(() => loadConfig('api', env)).message,
      catchError(() =>
        loadConfig('api', { ...env, DATABASE_URL: 'mysql://u:database-canary@x', SECRET_KEY: 'key-canary' }),
      ).message,
    ].join('\n');
    expect(shown).not.toMatch(/canary/);
    for (const value of [secretKey, encryptionKey]) expect(shown).not.toContain(value);
    expect(`${loadConfig('api', good.api).databaseUrl}`).toBe('[secret]');
  });

  it('come from a file without its last line break', () => {
    const file = join(folder, 'secret-key');
    writeFileSync(file, `${secretKey}\n`);
    const { SECRET_KEY: _, ...rest } = good.live;
    const env = { ...rest, SECRET_KEY_FILE: file };
    expect(loadConfig('live', env).secretKeys[0]!.reveal()).toBe(secretKey);
    expect(describeConfig('live', env).settings).toContainEqual(
      expect.objectContaining({ name: 'SECRET_KEY', value: '[secret]', origin: 'file', file, secret: true }),
    );
  });

  it('are refused when set twice, or when the file is missing or empty', () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '\n');
    const { SECRET_KEY: _, ...rest } = good.live;
    expect(problems('live', { SECRET_KEY_FILE: empty })[0]!.says).toContain('set twice');
    const withFile = (file: string) =>
      catchError(() => loadConfig('live', { ...rest, SECRET_KEY_FILE: file })).problems;
    expect(withFile(empty)).toEqual([{ name: 'SECRET_KEY_FILE', says: `names an empty file: ${empty}` }]);
    expect(withFile(join(folder, 'nothing'))[0]!.says).toContain('cannot be read (ENOENT)');
  });
});
