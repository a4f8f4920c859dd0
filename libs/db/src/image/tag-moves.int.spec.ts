import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsRead } from '../../spec/rows-read.js';
import { World } from '../../spec/world.js';
import { ImageRepository, newId } from '../index.js';
import { newestMoves } from './image-repository.js';

const digestOf = (image: number) => `sha256:${String(image).repeat(64)}` as const;

describe('moves of tags in a project that has thousands', () => {
  let world: World;
  let projectId: string;
  const first = newId();
  beforeAll(async () => {
    world = await World.open();
    projectId = await world.project();
    const move = (id: string, tag: string, from: number, to: number) => ({
      ...{ id, projectId, tag, fromDigest: digestOf(from), toDigest: digestOf(to), buildId: newId(), buildNumber: 1 },
    });
    const others = Array.from({ length: 3_000 }, () => move(newId(), 'main', 1, 2));
    const { tagMove } = world.db.prisma;
    await tagMove.createMany({ data: [move(first, 'v1', 3, 4), ...others] });
    await world.db.prisma.$executeRawUnsafe('VACUUM ANALYZE tag_move');
  });
  afterAll(() => world.close());

  it.each([
    { tag: 'v1' },
    { digest: digestOf(3) },
    { digest: digestOf(4) },
    { tag: 'v1', digest: digestOf(4) },
    { tag: 'gone' },
    { digest: digestOf(5) },
  ])('R11-4 are found without reading those of others: %j', async (filter) => {
    const query = { after: null, limit: 20 };
    const { items, next } = await new ImageRepository(world.db).tagMoves(projectId, filter, query);
    const isThere = filter.tag !== 'gone' && filter.digest !== digestOf(5);
    expect([items.map(({ id }) => id), next]).toEqual([isThere ? [first] : [], null]);
    expect(await rowsRead(world.db, 'tag_move', newestMoves(projectId, filter, query))).toBeLessThan(100);
  });

  it('are paged without a gap, each once, of an image that the same move left and reached', async () => {
    const images = new ImageRepository(world.db);
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await images.tagMoves(projectId, { digest: digestOf(1) }, { after, limit: 700 });
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
      if (after === null) break;
    }
    expect([seen.length, new Set(seen).size, seen.includes(first)]).toEqual([3_000, 3_000, false]);
    expect(seen.toSorted().reverse()).toEqual(seen);
  });
});
