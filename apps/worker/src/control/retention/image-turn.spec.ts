import { setTimeout as pause } from 'node:timers/promises';
import type { Digest } from '@cooperage/domain';
import { RegistryError } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import { ManifestsInMemory } from '../../../spec/manifests-in-memory.js';
import { imageBounds } from './image-turn.js';
import { RetentionService } from './retention.service.js';

const logger = createLogger({ process: 'test', level: 'silent' });

/** A project with some images that stay and some that are to be deleted. */
function world(stay: number, go: number, bounds: Partial<typeof imageBounds & { deleteMs: number }> = {}) {
  const repository = new ManifestsInMemory();
  const named = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => repository.image('base', `${name} ${at}`).digest);
  const [staying, going] = [named('stays', stay), named('goes', go)];
  const rows = [...staying, ...going].map((digest, at) => ({ id: String(at).padStart(9, '0'), digest }));
  const due = going.map((digest) => ({ id: digest, digest }));
  const ended: { digest: Digest; message: string | null }[] = [];
  let opened = 0;
  const remove = <T extends { digest: Digest }>(from: T[], digest: Digest) =>
    from.splice(
      from.findIndex((each) => each.digest === digest),
      1,
    );
  const images = {
    due: async () => [...due],
    begin: async (_: string, id: string) => ({ id, digest: id, zones: [], artifacts: [] }),
    page: async (_: string, after: string | null, limit: number) =>
      rows.filter(({ id }) => after === null || id > after).slice(0, limit),
    artifactParts: async function* () {},
    // Before the others were read in pages.
    hasDue: async () => due.length > 0,
    others: async (_: string, digest: Digest) => rows.map((row) => row.digest).filter((each) => each !== digest),
    end: async (_: string, { digest }: { digest: Digest }, message: string | null = null) => {
      remove(rows, digest);
      remove(due, digest);
      ended.push({ digest, message });
    },
  };
  const gone = new RegistryError('not_found', 'it is not there');
  const unlinked: string[] = [];
  const registry = {
    ...repository.session.registry,
    referrers: { list: async () => [] },
    manifests: {
      get: repository.session.registry.manifests.get,
      head: async () => null,
      delete: async () => Promise.reject(gone),
    },
    blobs: {
      delete: async (_: string, digest: string) => {
        unlinked.push(digest);
        if (bounds.deleteMs) await pause(bounds.deleteMs);
      },
    },
  };
  const sessions = {
    with: async (_: string, inSession: (session: object) => Promise<void>) => {
      opened += 1;
      return { ok: true, value: await inSession({ registry, signal: new AbortController().signal }) };
    },
  };
  const staged = { hasDue: async () => false, begin: async () => [], toLookAt: async () => [] };
  const mounted = { due: async () => [] };
  const projects = { find: async () => ({ id: 'project', organizationSlug: 'o', slug: 's', deletedAt: null }) };
  const deletion = { begin: async () => [] };
  const parts = [
    projects,
    deletion,
    images,
    staged,
    mounted,
    sessions,
    logger,
    { ...imageBounds, pauseMs: 0, ...bounds },
  ];
  const service = new RetentionService(...(parts as unknown as ConstructorParameters<typeof RetentionService>));
  const handle = () => service.handle({ subjectId: 'project', attempts: 1 } as never);
  return { handle, read: repository.read, staying, going, ended, unlinked, sessionsOpened: () => opened };
}

describe('the deletion of several images of a project', () => {
  it('V7-M2 reads each image that stays once for all of them', async () => {
    const { handle, read, staying, going, ended, unlinked } = world(120, 20);
    expect(await handle()).toEqual({ done: true });
    expect(ended.map(({ digest }) => digest)).toEqual(going);
    expect(read.filter((digest) => staying.includes(digest as Digest)).length).toBe(120);
    // Its config and the layer that no other image has.
    expect(unlinked.length).toBe(40);
    expect(ended.every(({ message }) => message === null)).toBe(true);
  });

  it('V7-M2 lets others of the project publish again and again meanwhile', async () => {
    const { handle, going, ended, unlinked, sessionsOpened } = world(120, 3, { sessionMs: 0 });
    expect(await handle()).toEqual({ done: true });
    expect(ended.map(({ digest }) => digest)).toEqual(going);
    expect(unlinked.length).toBe(6);
    expect(sessionsOpened()).toBeGreaterThan(3);
  });

  it('V7-M2 holds the content of few images at a time', async () => {
    const { handle, going, ended, unlinked } = world(2, 5, { mostDigests: 5 });
    expect(await handle()).toEqual({ done: true });
    expect(ended.map(({ digest }) => digest)).toEqual(going);
    expect(unlinked.length).toBe(10);
  });

  it('V7-M2 goes on in another turn when this one takes too long', async () => {
    const { handle, ended } = world(2, 5, { mostDigests: 1, turnMs: 0 });
    expect(await handle()).toMatchObject({ done: false, retryInMs: 0 });
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.length).toBeLessThan(5);
  });

  it('V8-L2 goes on in another turn between two sessions of one pass', async () => {
    const { handle, going, ended } = world(2, 5, { sessionMs: 50, deleteMs: 60, turnMs: 0 });
    expect(await handle()).toMatchObject({ done: false, retryInMs: 0 });
    expect(ended.length).toBe(1);
    for (let left = 4; left > 1; left--) expect(await handle()).toMatchObject({ done: false });
    expect(await handle()).toEqual({ done: true });
    expect(ended.map(({ digest }) => digest)).toEqual(going);
  });

  it('V7-M2 deletes the images alone where comparing takes too long, and says that their layers stay', async () => {
    const { handle, going, ended, unlinked } = world(120, 3, { mostReadMs: 0 });
    expect(await handle()).toEqual({ done: true });
    expect(ended.map(({ digest }) => digest)).toEqual(going);
    expect(unlinked).toEqual([]);
    expect(ended.every(({ message }) => message?.startsWith('its layers stay until'))).toBe(true);
  });
});
