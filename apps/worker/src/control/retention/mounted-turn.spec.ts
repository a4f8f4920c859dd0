import type { BuildProject } from '@cooperage/db';
import type { Digest } from '@cooperage/domain';
import { digestOf, RegistryError } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import { ManifestsInMemory } from '../../../spec/manifests-in-memory.js';
import type { PublisherSessions } from '../publish/publisher-session.js';
import { Failures } from './failures.js';
import { ImageTurn, imageBounds } from './image-turn.js';
import { OneByOne } from './one-by-one.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const project = { id: 'p', organizationSlug: 'o', slug: 's' } as BuildProject;

interface Leftover {
  readonly digest: Digest;
  /** What control has put there of it. */
  readonly manifests: readonly Digest[];
}

/** A project with some images, and one image that a publication has left. */
function world(repository: ManifestsInMemory, images: readonly Digest[], { digest, manifests }: Leftover) {
  const rows = images.map((image, at) => ({ id: String(at), digest: image }));
  const deleted: string[] = [];
  const ended: boolean[] = [];
  const fails: { with?: RegistryError } = {};
  const remove = async (_: string, each: string) => {
    if (fails.with) throw fails.with;
    deleted.push(each);
    repository.forget(each);
  };
  const registry = {
    manifests: { get: repository.session.registry.manifests.get, head: async () => null, delete: remove },
    blobs: { delete: remove },
    referrers: { list: async () => [] },
  };
  const sessions = {
    with: async (_: string, work: (session: object) => Promise<void>) => ({
      ok: true,
      value: await work({ registry, signal: repository.session.signal }),
    }),
  };
  const turn = () =>
    new ImageTurn(
      project,
      {
        images: { page: async (_, after) => (after === null ? rows : []), artifactParts: async function* () {} },
        going: {
          due: async () => (ended.includes(true) ? [] : [{ id: digest, digest }]),
          begin: async () => ({ id: digest, digest, zones: [], artifacts: [], manifests }),
          end: async (...[, , , isGone]) => void ended.push(isGone),
        },
        sessions: sessions as unknown as PublisherSessions,
        turn: new OneByOne(new Failures(), logger),
        putOff: async () => undefined,
      },
      { ...imageBounds, pauseMs: 0 },
      logger,
    );
  return { deleteDue: () => turn().deleteDue(), deleted, ended, fails };
}

const blob = (text: string) => digestOf(Buffer.from(text));
const denied = new RegistryError('rejected', 'deletions are disabled');

describe('what a publication has left before its gate', () => {
  it('R21C-5 goes with what no image of the project has', async () => {
    const repository = new ManifestsInMemory();
    const [left, image] = [repository.image('base', 'left'), repository.image('base', 'image')].map(
      (each) => each.digest,
    );
    const { deleteDue, deleted, ended } = world(repository, [image!], { digest: left!, manifests: [left!] });
    expect(await deleteDue()).toMatchObject({ deleted: 1 });
    const [config, layer] = [blob('config of base,left'), blob('left')];
    expect([deleted.toSorted(), deleted.at(-1), ended]).toEqual([[config, layer, left].toSorted(), left, [true]]);
  });

  it('R21C-5 R21D-1 leaves a part that stood there before: a signature, that a builder has named in its index', async () => {
    const repository = new ManifestsInMemory();
    const [signature, part] = [repository.image('signed'), repository.image('part')];
    const index = repository.index(signature, part).digest;
    const { deleteDue, deleted } = world(repository, [], { digest: index, manifests: [part.digest, index] });
    await deleteDue();
    expect(deleted).toEqual(expect.arrayContaining([part.digest, index]));
    expect(deleted).not.toContain(signature.digest);
  });

  it('R21C-5 leaves a part that another image has by now', async () => {
    const repository = new ManifestsInMemory();
    const part = repository.image('part');
    const [left, image] = [repository.index(part, repository.image('own')), repository.index(part)];
    const manifests = [part.digest, left.digest];
    const { deleteDue, deleted } = world(repository, [image.digest], { digest: left.digest, manifests });
    await deleteDue();
    expect([deleted.includes(part.digest), deleted.at(-1)]).toEqual([false, left.digest]);
  });

  it('R21C-5 keeps its note where the registry deletes nothing', async () => {
    const repository = new ManifestsInMemory();
    const { digest } = repository.image('left');
    const { deleteDue, ended, fails } = world(repository, [], { digest, manifests: [digest] });
    fails.with = denied;
    await deleteDue();
    expect(ended).toEqual([false]);
  });

  it('R21C-5 waits for a registry that is away, and is deleted by a later turn', async () => {
    const repository = new ManifestsInMemory();
    const { digest } = repository.image('left');
    const { deleteDue, deleted, ended, fails } = world(repository, [], { digest, manifests: [digest] });
    fails.with = new RegistryError('unavailable', 'no answer');
    await expect(deleteDue()).rejects.toBe(fails.with);
    expect([deleted, ended]).toEqual([[], []]);
    delete fails.with;
    expect(await deleteDue()).toMatchObject({ deleted: 1 });
    // As after a crash behind the registry's answer: nothing is there any more.
    ended.length = 0;
    expect(await deleteDue()).toMatchObject({ deleted: 1 });
    expect(ended).toEqual([true]);
  });
});
