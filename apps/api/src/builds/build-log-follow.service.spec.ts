import type { BuildDetails } from '@cooperage/db';
import type { LogHub } from '@cooperage/logs/read';
import type { FastifyRequest } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { Principal } from '../auth/principal.js';
import type { PrincipalsService } from '../auth/principals.service.js';
import type { BuildLogService } from './build-log.service.js';
import { BuildLogFollowService } from './build-log-follow.service.js';

/** A build is named after its organization; its log never ends. */
const logs = {
  attempts: async () => ({ attempts: [], organizationId: 'a' }),
  attempt: async (_principal: Principal, buildId: string) => ({ id: buildId, number: 1, organizationId: buildId }),
} as unknown as BuildLogService;
const hub = {
  canFollow: async () => true,
  follow: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }),
};
const principals = { require: async () => ({}) } as unknown as PrincipalsService;
const request = { headers: {} } as FastifyRequest;

const service = new BuildLogFollowService(logs, hub as unknown as LogHub, principals, {} as BuildDetails);
const follow = (organization: string, person = `one of ${organization}`, gone = new AbortController()) =>
  service.follow({ userId: person } as Principal, organization, { from: 0, format: 'text' }, request, gone.signal);
/** Two persons of an organization take what they can have together, but for `less`. */
async function fill(organization: string, less = 0): Promise<void> {
  for (let count = 0; count < 64 - less; count++)
    await follow(organization, `${count < 32 ? 'one' : 'another'} of ${organization}`);
}

afterEach(() => service.onModuleDestroy());

describe('R-M7 followed logs of several organizations', () => {
  it('R9-A7 one organization takes a quarter of the slots, and others still follow', async () => {
    await fill('a');
    await expect(follow('a', 'a third of a')).rejects.toMatchObject({ code: 'rate_limited' });
    await fill('b');
    await fill('c');
    await fill('d', 1);
    await expect(follow('d', 'a third of d')).rejects.toMatchObject({ code: 'rate_limited' });
    await follow('e');
    await expect(follow('f')).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('R9-A7 one person takes half of what an organization has, and another still follows', async () => {
    for (let count = 0; count < 32; count++) await follow('a');
    await expect(follow('a')).rejects.toMatchObject({ code: 'rate_limited' });
    await follow('a', 'another of a');
  });

  it('a follower that goes away gives its slot back', async () => {
    const gone = new AbortController();
    await follow('a', 'one of a', gone);
    for (let count = 0; count < 31; count++) await follow('a');
    await expect(follow('a')).rejects.toMatchObject({ code: 'rate_limited' });
    gone.abort();
    await follow('a');
  });
});
