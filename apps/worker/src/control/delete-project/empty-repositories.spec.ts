import type { BuildProject, ProjectRemoval, PublishRepository } from '@cooperage/db';
import { type Digest, parseDigest } from '@cooperage/domain';
import { RegistryError } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { expect, it, vi } from 'vitest';
import type { PublisherSession } from '../publish/publisher-session.js';
import { EmptyRepositories } from './empty-repositories.js';

const digestOf = (no: number) => parseDigest(`sha256:${String(no).padStart(64, '0')}`);
const [image, referrer, signature, attestation] = [1, 2, 3, 4].map(digestOf) as [Digest, Digest, Digest, Digest];
const hex = image.replace(':', '-');
const attached = new Map([
  [`${hex}.sig`, signature],
  [`${hex}.att`, attestation],
]);

/** What a builder wrote as the digest of its image. */
interface Made {
  readonly buildId: string;
  readonly digest: string;
}

interface Project {
  readonly images?: readonly Digest[];
  readonly artifacts?: readonly Digest[];
  /** Of each build, a page of leftovers. */
  readonly builds?: readonly (string | Made)[];
  /** What publications have left that ended before their gate. */
  readonly mounted?: readonly Digest[];
}

/** What empties a project in a registry that answers as given. */
function emptyingIn(registry: object, { images = [], artifacts = [], builds = [], mounted = [] }: Project) {
  const logger = createLogger({ process: 'test', level: 'silent' });
  const warn = vi.spyOn(logger, 'warn');
  const place = { zone: 'branch', ref: 'refs/heads/x', platform: 'linux/amd64', epoch: 0, digest: null };
  const leftovers = vi.fn();
  for (const build of builds)
    leftovers.mockResolvedValueOnce([{ ...place, ...(typeof build === 'string' ? { buildId: build } : build) }]);
  const removal = {
    artifactDigests: async () => artifacts,
    leftovers: leftovers.mockResolvedValue([]),
    staged: async () => [],
    mounted: async () => mounted,
  };
  const publishes = { digestsOfProject: async () => images };
  const session = { registry } as unknown as PublisherSession;
  const project = { id: 'p', organizationSlug: 'acme', slug: 'web' } as BuildProject;
  const repositories = new EmptyRepositories(
    removal as unknown as ProjectRemoval,
    publishes as unknown as PublishRepository,
    { deleteAll: async () => undefined },
    logger,
  );
  return { empty: () => repositories.empty(session, project), warn };
}

const notThere = async () => {
  throw new RegistryError('not_found', 'gone');
};

/** A project with one image, of which the registry answers for its tags with `failure`. */
function emptying(failure: RegistryError) {
  const deleted: string[] = [];
  const list = async function* () {
    yield* [] as string[];
    throw failure;
  };
  const manifests = {
    get: notThere,
    head: async (_: string, tag: string) => (attached.has(tag) ? { digest: attached.get(tag)! } : null),
    delete: async (_: string, digest: string) => {
      deleted.push(digest);
    },
  };
  const project = { images: [image], artifacts: [referrer], builds: ['b'] };
  return { ...emptyingIn({ tags: { list }, manifests }, project), deleted };
}

it('R10-B3 a project with too many tags to list is emptied by its rows, with their signatures, and the log says so', async () => {
  const { empty, deleted, warn } = emptying(new RegistryError('invalid', 'too large', { code: 'TOO_LARGE' }));
  await empty();
  expect(deleted.toSorted()).toEqual([image, referrer, signature, attestation]);
  expect(warn.mock.calls.map(([fields]) => fields)).toEqual([
    expect.objectContaining({ repository: 'acme/web' }),
    expect.objectContaining({ repository: expect.stringContaining('cache') }),
  ]);
});

it('R10-B3 a registry that cannot be asked for tags keeps all until it can', async () => {
  const { empty, deleted } = emptying(new RegistryError('unavailable', 'down'));
  await expect(empty()).rejects.toMatchObject({ kind: 'unavailable' });
  expect(deleted).toEqual([]);
});

it('V9B-L12 a project with many tags that could not be emptied in one go has fewer of them at the next try', async () => {
  const left = new Map(Array.from({ length: 5_000 }, (_, no) => [`tag-${no}`, digestOf(10 + no)]));
  const tagsOf = Map.groupBy(left.keys(), (tag) => left.get(tag)!);
  const list = async function* () {
    yield* [...left.keys()];
  };
  let [asked, answers, atOnce, most] = [0, 3_000, 0, 0];
  const manifests = {
    get: notThere,
    head: async (_: string, tag: string) => {
      asked += 1;
      most = Math.max(most, ++atOnce);
      await Promise.resolve();
      atOnce -= 1;
      if (asked > answers) throw new RegistryError('unavailable', 'down');
      return left.has(tag) ? { digest: left.get(tag)! } : null;
    },
    delete: async (_: string, digest: Digest) => {
      for (const tag of tagsOf.get(digest)!) left.delete(tag);
    },
  };
  const { empty } = emptyingIn({ tags: { list }, manifests }, {});
  await expect(empty()).rejects.toMatchObject({ kind: 'unavailable' });
  [asked, answers] = [0, Number.POSITIVE_INFINITY];
  await empty();
  expect({ asked, most, left: left.size }).toEqual({ asked: 2_000, most: 16, left: 0 });
});

it.each([
  [
    'a build, where a digest that is none keeps nobody from that',
    {
      builds: [
        { buildId: 'a', digest: '!' },
        { buildId: 'b', digest: image },
      ],
    },
  ],
  ['a note, also where its build is gone', { mounted: [image] }],
])('R21C-3 R21C-5 a project is emptied of what no row of an image has, by %s', async (_, left) => {
  const deleted: string[] = [];
  const manifests = {
    get: notThere,
    head: async (repository: string, reference: string) => {
      if (reference === '!') throw new TypeError('neither a tag nor a digest');
      if (repository === 'acme/web' && reference === image) return { digest: image };
      return attached.has(reference) ? { digest: attached.get(reference)! } : null;
    },
    delete: async (repository: string, digest: string) => void deleted.push(`${repository} ${digest}`),
  };
  const list = async function* () {
    yield* [] as string[];
  };
  const { empty } = emptyingIn(
    { tags: { list }, manifests, referrers: { list: async () => [{ digest: referrer }] } },
    left,
  );
  await empty();
  const own = deleted.filter((each) => each.startsWith('acme/web')).map((each) => each.split(' ')[1]);
  expect(own.toSorted()).toEqual([image, referrer, signature, attestation]);
});
