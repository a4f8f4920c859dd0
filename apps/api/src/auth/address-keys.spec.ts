import Fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CountedKeys } from '../../spec/counted-keys.js';
import { SharedRateLimits } from '../http/shared-rate-limits.js';
import { InvitationsService } from '../organizations/invitations.service.js';
import { SetupService } from '../setup/setup.service.js';
import { addOidcRoutes, oidcCallbackPath } from './oidc/oidc.routes.js';
import { PasswordResetsService } from './password-resets.service.js';

const nothing = { find: async () => null, findByEmail: async () => null };
const quiet = { warn: () => undefined } as never;
const settings = {
  publicUrl: 'https://c.example',
  cookie: { name: 'c', secure: true },
  secretKeys: ['a'.repeat(64)],
  setup: { token: null, email: null },
  oidc: { issuerUrl: 'https://id.example', clientId: 'c', clientSecret: 's', allowedGroups: [], sessionHours: 1 },
} as never;

const resets = (limits: SharedRateLimits) =>
  new PasswordResetsService(nothing as never, {} as never, { isConfigured: true } as never, settings, quiet, limits);
const setup = (limits: SharedRateLimits, isNeeded: boolean) => {
  const token = {
    assert: () => {
      throw new Error('wrong');
    },
  };
  return new SetupService({ isNeeded: async () => isNeeded } as never, token as never, settings, limits);
};

/** One try from an address; what becomes of it does not matter. */
type Attempt = (address: string) => unknown;

const attempts: Record<string, { tries: number; on: (limits: SharedRateLimits) => Attempt }> = {
  'the use of a link for a lost password': {
    tries: 20,
    on: (limits) => (address) => resets(limits).find('guess', address),
  },
  'asking for such a link': { tries: 20, on: (limits) => (address) => resets(limits).request('a@x.example', address) },
  'an invitation': {
    tries: 30,
    on: (limits) => (address) => new InvitationsService(nothing as never, limits).find('guess', address),
  },
  'the first set-up': { tries: 20, on: (limits) => (address) => setup(limits, true).complete({} as never, address) },
  'a sign-in by OpenID': {
    tries: 300,
    on: (limits) => {
      const server = Fastify();
      onTestFinished(() => server.close());
      addOidcRoutes(server, { settings, accounts: {} as never, logger: quiet, rateLimits: limits });
      return (remoteAddress) => server.inject({ url: oidcCallbackPath, remoteAddress });
    },
  },
};

describe('R13B-5 the networks of one IPv6 site', () => {
  it.each(Object.entries(attempts))('make few keys in the store by %s', async (_, { tries, on }) => {
    const store = new CountedKeys();
    const attempt = on(new SharedRateLimits(store, quiet));
    for (let at = 0; at < tries * 8; at++)
      await Promise.resolve(attempt(`2001:db8:0:${at.toString(16)}::1`)).catch(() => undefined);
    // One of the site, and one of each network until the site is refused.
    expect(store.counts.size).toBe(1 + tries * 4);
    await Promise.resolve(attempt('2001:db8:1::1')).catch(() => undefined);
    expect(store.counts.size).toBe(1 + tries * 4 + 2);
  });

  it('make no key by a set-up that is long done', async () => {
    const store = new CountedKeys();
    const done = setup(new SharedRateLimits(store, quiet), false);
    await expect(done.complete({} as never, '192.0.2.1')).rejects.toMatchObject({ code: 'gone' });
    expect(store.counts.size).toBe(0);
  });
});
