import type { OutboxItem, RequestOutcome } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import { TrustRequestService } from './trust-request.service.js';

type Parts = ConstructorParameters<typeof TrustRequestService>;

const asked = `sha256:${'1'.repeat(64)}`;
const newer = `sha256:${'2'.repeat(64)}`;

/** A service that handles one request of a person to point `prod` to `asked`. */
function service(answer: RequestOutcome | 'stale', target: string | null) {
  const put: string[] = [];
  const request = { id: 'r', projectId: 'p', action: 'retag', tag: 'prod', digest: asked };
  const requests = { find: async () => request, retag: async () => answer };
  const projects = { find: async () => ({ id: 'p', organizationSlug: 'acme', slug: 'api', deletedAt: null }) };
  const publishes = { targetOf: async () => target };
  const tags = { put: async (...[, tag, digest]: string[]) => void put.push(`${tag} ${digest}`) };
  const session = { registry: { tags }, signal: new AbortController().signal, tenure: {} };
  const sessions = {
    with: async (_id: string, work: (each: typeof session) => unknown) => ({ ok: true, value: await work(session) }),
  };
  const logger = createLogger({ process: 'test', level: 'silent' });
  const parts = [requests, projects, publishes, sessions, {}, logger] as unknown as Parts;
  return { put, handle: () => new TrustRequestService(...parts).handle({ subjectId: 'r' } as OutboxItem) };
}

describe('a person who points a tag to an image', () => {
  it('R5-C9 puts no tag where somebody else who handled the request was refused', async () => {
    const { put, handle } = service({ ok: false, note: 'backward' }, newer);
    expect(await handle()).toEqual({ done: true });
    expect(put).toEqual([]);
  });

  it('R5-C9 puts the tag to what its row says, not to what was asked for', async () => {
    const { put, handle } = service({ ok: true }, newer);
    await handle();
    expect(put).toEqual([`prod ${newer}`]);
  });

  it('R5-C9 puts no tag that is gone since', async () => {
    const { put, handle } = service({ ok: true }, null);
    await handle();
    expect(put).toEqual([]);
  });

  it('R5-C9 tries again later, and puts nothing, where it may write the repository no more', async () => {
    const { put, handle } = service('stale', asked);
    expect(await handle()).toMatchObject({ done: false });
    expect(put).toEqual([]);
  });
});
