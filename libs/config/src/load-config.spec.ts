import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { byShape, catchError, good, namesOf, problems, stores } from '../spec/environments.js';
import { loadConfig } from './load-config.js';
import { processRoles } from './process-roles.js';

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
