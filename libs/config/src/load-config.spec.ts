import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, type Problem } from './config-error.js';
import { describeConfig } from './describe-config.js';
import type { Env } from './environment.js';
import { loadConfig } from './load-config.js';
import { type ProcessRole, processRoles } from './process-roles.js';

const folder = mkdtempSync(join(tmpdir(), 'cooperage-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const key = () => randomBytes(32).toString('base64');
const secretKey = randomBytes(24).toString('hex');
const encryptionKey = key();
const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url).pathname;

const stores = {
  DATABASE_URL: 'postgresql://u:database-canary@db/cooperage',
  REDIS_URL: 'redis://:redis-canary@redis',
};
const publicUrl = { PUBLIC_URL: 'https://build.example.org' };
const registry = { COOPERAGE_REGISTRY: 'registry.example.org' };
const token = {
  COOPERAGE_REGISTRY_TOKEN_KEY_FILE: fixture('registry-token.key.pem'),
  COOPERAGE_REGISTRY_TOKEN_CERT_FILE: fixture('registry-token.crt.pem'),
};
const good: Record<ProcessRole, Env> = {
  api: {
    ...stores,
    ...publicUrl,
    ...registry,
    ...token,
    COOPERAGE_WEB_URL: 'http://web:3000',
    COOPERAGE_LIVE_URL: 'http://live:8081',
    SECRET_KEY: secretKey,
    ENCRYPTION_KEY: encryptionKey,
  },
  live: { ...stores, ...publicUrl, SECRET_KEY: secretKey },
  builder: {
    ...stores,
    ...publicUrl,
    ...registry,
    ENCRYPTION_KEY: encryptionKey,
    BUILDKIT_HOST: 'unix:///run/buildkit.sock',
    COOPERAGE_MIRROR_ROOT: '/var/lib/cooperage/mirrors',
  },
  control: {
    ...stores,
    ...publicUrl,
    ...registry,
    ...token,
    ENCRYPTION_KEY: encryptionKey,
    SIGNING_ENCRYPTION_KEY: key(),
    COOPERAGE_MIRROR_ROOT: '/var/lib/cooperage/mirrors',
  },
  supervisor: { DATABASE_URL: stores.DATABASE_URL },
  web: { ...publicUrl, COOPERAGE_API_URL: 'http://api:8080' },
};

function problems(role: ProcessRole, changes: Env): readonly Problem[] {
  try {
    loadConfig(role, { ...good[role], ...changes });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const namesOf = (list: readonly Problem[]) => list.map((problem) => problem.name);

describe('loadConfig', () => {
  it.each(processRoles)('starts %s with what it needs', (role) => {
    expect(problems(role, {})).toEqual([]);
  });

  it.each(processRoles)('names everything that %s lacks at once', (role) => {
    const error = catchError(() => loadConfig(role, {}));
    expect(namesOf(error.problems)).toEqual(
      Object.keys(good[role])
        .map((name) => name.replace(/_FILE$/, ''))
        .sort(byShape(role)),
    );
    for (const name of namesOf(error.problems)) expect(error.message).toContain(name);
  });

  it('gives typed, frozen values and defaults', () => {
    const config = loadConfig('control', good.control);
    expect(config).toMatchObject({
      leaseMs: 15_000,
      publishLeaseMs: 30_000,
      maxAttempts: 3,
      logLevel: 'info',
      http: { host: '127.0.0.1', port: 8083 },
      registry: { host: 'registry.example.org', insecure: false },
      smtp: null,
    });
    expect(config.databaseUrl.reveal()).toBe(stores.DATABASE_URL);
    expect(Object.isFrozen(config) && Object.isFrozen(config.http) && Object.isFrozen(config.encryptionKeys)).toBe(
      true,
    );
  });

  it('reads a list of keys for rotation, first one first', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const text = `${first.toString('hex')}, ${second.toString('base64url')}`;
    const { encryptionKeys } = loadConfig('builder', { ...good.builder, ENCRYPTION_KEY: text });
    expect(encryptionKeys.map((part) => Buffer.from(part.reveal()))).toEqual([first, second]);
  });

  it('treats an empty variable as not set', () => {
    expect(problems('api', { OIDC_ISSUER_URL: '', COOPERAGE_REGISTRY_TOKEN_KEY: '' })).toEqual([]);
    expect(problems('api', { PUBLIC_URL: '' })).toEqual([{ name: 'PUBLIC_URL', says: 'is not set' }]);
  });

  it.each([
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['LOG_LEVEL', 'loud'],
    ['PUBLIC_URL', 'http://build.example.org'],
    ['PUBLIC_URL', 'https://build.example.org/path'],
    ['PUBLIC_URL', 'https://u:p@build.example.org'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.0/0'],
    ['COOPERAGE_REGISTRY', 'https://registry.example.org'],
    ['COOPERAGE_REGISTRY', 'registry.example.org/path'],
    ['COOPERAGE_REGISTRY_INSECURE', 'maybe'],
    ['COOPERAGE_ALLOW_PLAIN_HTTP', 'git.example.org'],
    ['INITIAL_ADMIN_EMAIL', 'nobody'],
    ['COOPERAGE_SETUP_TOKEN', 'short'],
  ])('refuses %s=%s', (name, text) => {
    expect(namesOf(problems('api', { [name]: text }))).toEqual([name]);
  });

  it.each([
    ['COOPERAGE_LEASE_MS', '1999'],
    ['COOPERAGE_MIRROR_ROOT', 'mirrors'],
    ['COOPERAGE_BUILD_SLOTS', '0'],
    ['BUILDKIT_HOST', 'npipe://engine'],
    ['COOPERAGE_WORKER_NAME', 'a b'],
  ])('refuses %s=%s for a builder', (name, text) => {
    expect(namesOf(problems('builder', { [name]: text }))).toEqual([name]);
  });

  it('keeps a network list for TRUST_PROXY', () => {
    const read = (text: string) => loadConfig('live', { ...good.live, TRUST_PROXY: text }).http.trustProxy;
    expect([read('false'), read('2'), read('10.0.0.0/8, ::1')]).toEqual([false, 2, ['10.0.0.0/8', '::1']]);
  });
});

describe('unknown variables', () => {
  it('are refused with the nearest name', () => {
    expect(problems('builder', { COOPERAGE_MIROR_ROOT: '/x' })).toEqual([
      { name: 'COOPERAGE_MIROR_ROOT', says: 'is not known. Did you mean COOPERAGE_MIRROR_ROOT?' },
    ]);
    expect(problems('web', { COOPERAGE_ZZZZZZZZZZZZZZZZZZZZ: '1' })[0]!.says).toBe('is not known');
  });

  it('are our own only, and known ones of other processes may be there', () => {
    expect(problems('web', { HOME: '/root', COOPERAGE_LEASE_MS: '5000', COOPERAGE_CACHE: '/cache' })).toEqual([]);
  });

  it('are not what Kubernetes injects for a service of our name', () => {
    const injected = {
      COOPERAGE_SERVICE_HOST: '10.0.0.1',
      COOPERAGE_PORT: 'tcp://10.0.0.1:80',
      COOPERAGE_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(problems('web', injected)).toEqual([]);
    expect(namesOf(problems('web', { COOPERAGE_PORT: '80' }))).toEqual(['COOPERAGE_PORT']);
  });
});

describe('secrets', () => {
  it.each([
    ['builder', 'SIGNING_ENCRYPTION_KEY'],
    ['builder', 'SIGNING_ENCRYPTION_KEY_FILE'],
    ['builder', 'COOPERAGE_REGISTRY_TOKEN_KEY'],
    ['builder', 'SECRET_KEY'],
    ['api', 'SIGNING_ENCRYPTION_KEY'],
    ['live', 'ENCRYPTION_KEY'],
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
    expect(describeConfig('live', env).settings).toContainEqual({
      name: 'SECRET_KEY',
      value: '[secret]',
      origin: 'file',
      file,
    });
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

describe('S-123 refuses to start', () => {
  it.each<[string, Env]>([
    ['Redis without a password over a network', { REDIS_URL: 'redis://redis:6379' }],
    ['PostgreSQL without a password over a network', { DATABASE_URL: 'postgresql://cooperage@db/cooperage' }],
    ['a short secret', { SECRET_KEY: 'abcdefghijklmnopqrstuvwxyz01234' }],
    ['an example secret', { SECRET_KEY: 'changeme-changeme-changeme-0123456789' }],
    ['a repeated secret', { SECRET_KEY: 'abababababababababababababababababab' }],
    ['one weak secret in a list', { SECRET_KEY: `${secretKey},short` }],
    ['an empty list', { SECRET_KEY: ' , ' }],
    ['a key of zeros', { ENCRYPTION_KEY: Buffer.alloc(32).toString('base64') }],
    ['a short key', { ENCRYPTION_KEY: randomBytes(31).toString('base64') }],
    ['a key that is no base64', { ENCRYPTION_KEY: 'not a key at all, surely it is none' }],
    ['listening everywhere', { HOST: '0.0.0.0' }],
    ['listening everywhere on IPv6', { HOST: '::' }],
    ['an open debugger', { NODE_OPTIONS: '--inspect=0.0.0.0:9229' }],
    ['TLS checks off', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
  ])('with %s, in one line', (_what, changes) => {
    const found = problems('api', changes);
    expect(namesOf(found)).toEqual(Object.keys(changes));
    expect(found[0]!.says).not.toContain('\n');
  });

  it('but takes stores on a loopback address as they are', () => {
    expect(
      problems('live', { REDIS_URL: 'redis://127.0.0.1:6379', DATABASE_URL: 'postgresql://postgres@[::1]/c' }),
    ).toEqual([]);
    expect(namesOf(problems('live', { REDIS_URL: 'redis://127.evil.example:6379' }))).toEqual(['REDIS_URL']);
  });

  it('but listens everywhere in a container that says so', () => {
    expect(problems('api', { HOST: '0.0.0.0', COOPERAGE_BIND_ALL: 'true' })).toEqual([]);
  });

  it('with a signing key that is also the key of other secrets', () => {
    const both = { SIGNING_ENCRYPTION_KEY: `${key()},${encryptionKey}` };
    expect(namesOf(problems('control', both))).toEqual(['SIGNING_ENCRYPTION_KEY']);
  });

  it('with a token key that is not P-256, or not the one of its certificate', () => {
    const pem = (namedCurve: string) =>
      generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const withKey = (text: string) =>
      namesOf(problems('api', { COOPERAGE_REGISTRY_TOKEN_KEY: text, COOPERAGE_REGISTRY_TOKEN_KEY_FILE: '' }));
    expect(withKey(pem('secp384r1'))).toEqual(['COOPERAGE_REGISTRY_TOKEN_KEY']);
    expect(withKey(pem('prime256v1'))).toEqual(['COOPERAGE_REGISTRY_TOKEN_CERT']);
  });
});

describe('optional groups', () => {
  const oidc = {
    OIDC_ISSUER_URL: 'https://id.example.org/realm',
    OIDC_CLIENT_ID: 'cooperage',
    OIDC_CLIENT_SECRET: 'x',
  };

  it('are null when nothing of them is set', () => {
    expect(loadConfig('api', good.api)).toMatchObject({ oidc: null, smtp: null });
  });

  it('are whole or refused', () => {
    const config = loadConfig('api', { ...good.api, ...oidc, OIDC_ALLOWED_GROUPS: 'a, b' });
    expect(config.oidc).toMatchObject({ clientId: 'cooperage', allowedGroups: ['a', 'b'] });
    expect(namesOf(problems('api', { ...oidc, OIDC_CLIENT_SECRET: '' }))).toEqual(['OIDC_CLIENT_SECRET']);
  });

  it('make one mail address of both spellings', () => {
    const parts = {
      SMTP_HOST: 'mail.example.org',
      SMTP_PORT: '465',
      SMTP_USER: 'a@b',
      SMTP_PASSWORD: 'p/w',
      SMTP_FROM: 'a@b.example',
    };
    const smtp = loadConfig('control', { ...good.control, ...parts }).smtp!;
    expect(smtp.url.reveal()).toBe('smtps://a%40b:p%2Fw@mail.example.org:465');
    expect(namesOf(problems('control', { ...parts, SMTP_URL: 'smtp://mail.example.org' }))).toEqual(['SMTP_URL']);
    expect(namesOf(problems('control', { SMTP_FROM: 'a@b.example' }))).toEqual(['SMTP_URL']);
  });
});

describe('describeConfig', () => {
  it('says where each value came from, problems included', () => {
    const described = describeConfig('web', { ...good.web, PORT: '80x' });
    const origins = Object.fromEntries(
      described.settings.map((setting) => [setting.name, [setting.value, setting.origin]]),
    );
    expect(origins).toMatchObject({
      PUBLIC_URL: ['https://build.example.org', 'environment'],
      HOST: ['127.0.0.1', 'default'],
      PORT: ['80x', 'environment'],
    });
    expect(namesOf(described.problems)).toEqual(['PORT']);
  });
});

function catchError(act: () => unknown): ConfigError {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

/** The order in which problems are reported: that of the shape. */
function byShape(role: ProcessRole) {
  const order = describeConfig(role, {}).settings.map((setting) => setting.name);
  return (left: string, right: string) => order.indexOf(left) - order.indexOf(right);
}
