import type { BuildProjectRepository, OutboxItem, PublishRepository } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { expect, it } from 'vitest';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';
import type { SignImage } from '../publish/sign-image.js';
import { ReconcileService } from './reconcile.service.js';

const named = (name: string, count: number) => Array.from({ length: count }, (_, at) => name + at).toSorted();
const after = (all: readonly string[], last: string | null) => all.filter((each) => last === null || each > last);

it('R10-B2 reads 2,000 tags in pages of 500, and looks at each of them', async () => {
  const tags = named('tag-', 2_000);
  const digests = named('sha256:', 1_200);
  const pages: number[] = [];
  const read = (all: readonly string[]) => async (_: string, last: string | null, limit: number) => {
    const page = after(all, last).slice(0, limit);
    pages.push(page.length);
    return page;
  };
  const looked: string[] = [];
  const publishes = {
    tagsOfProject: read(tags),
    taggedDigests: read(digests),
    targetOf: async (_: string, tag: string) => {
      looked.push(tag);
      return null;
    },
  } as unknown as PublishRepository;
  const sign = {
    repair: async (_session: unknown, _project: unknown, digest: string) => {
      looked.push(digest);
    },
  } as unknown as SignImage;
  const projects = {
    find: async () => ({ id: 'p', organizationSlug: 'o', slug: 'p', deletedAt: null }),
  } as unknown as BuildProjectRepository;
  const perSession: number[] = [];
  const sessions = {
    with: async (_: string, work: (session: PublisherSession) => Promise<void>) => {
      const before = looked.length;
      await work({} as PublisherSession);
      perSession.push(looked.length - before);
      return { ok: true };
    },
  } as unknown as PublisherSessions;
  const service = new ReconcileService(projects, publishes, sessions, sign, {} as Logger);
  expect(await service.handle({ subjectId: 'p' } as OutboxItem)).toMatchObject({ done: true });
  expect([Math.max(...pages), Math.max(...perSession)]).toEqual([500, 10]);
  expect(looked).toEqual([...digests, ...tags]);
});
