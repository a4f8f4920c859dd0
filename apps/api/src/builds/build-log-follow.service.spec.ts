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
const follow = (organization: string, gone = new AbortController()) =>
  service.follow({} as Principal, organization, { from: 0, format: 'text' }, request, gone.signal);

afterEach(() => service.onModuleDestroy());

describe('R-M7 followed logs of several organizations', () => {
  it('one organization takes half of the slots, and another still follows', async () => {
    for (let count = 0; count < 128; count++) await follow('a');
    await expect(follow('a')).rejects.toMatchObject({ code: 'rate_limited' });
    for (let count = 0; count < 127; count++) await follow('b');
    await expect(follow('b')).rejects.toMatchObject({ code: 'rate_limited' });
    await follow('c');
    await expect(follow('d')).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('a follower that goes away gives its slot back', async () => {
    const gone = new AbortController();
    await follow('a', gone);
    for (let count = 0; count < 127; count++) await follow('a');
    await expect(follow('a')).rejects.toMatchObject({ code: 'rate_limited' });
    gone.abort();
    await follow('a');
  });
});
