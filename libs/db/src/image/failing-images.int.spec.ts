import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsRead } from '../../spec/rows-read.js';
import { World } from '../../spec/world.js';
import { ImageLists, newId } from '../index.js';
import { failingSql } from './image-lists.js';

const digestOf = (image: number) => `sha256:${image.toString(16).padStart(64, '0')}`;

describe('tagged images that fail', () => {
  let world: World;
  let organizationId: string;
  let projectId: string;
  beforeAll(async () => {
    world = await World.open();
    organizationId = await world.organization();
    projectId = await world.project(organizationId);
  });
  afterAll(() => world.close());

  /** Images with a tag each, all verified. */
  const add = async (project: string, from: number, count: number) => {
    const { image, imageTag, imageVerification } = world.db.prisma;
    const images = Array.from({ length: count }, (_, at) => ({ projectId: project, digest: digestOf(from + at) }));
    const stored = { mediaType: 'm', sizeBytes: 1n, platforms: ['linux/amd64'], commit: 'c' };
    await image.createMany({ data: images.map((each) => ({ ...each, ...stored, id: newId() })) });
    await imageTag.createMany({
      data: images.map((each, at) => ({ ...each, tag: `t${at}`, buildId: newId(), sequence: 1n, buildNumber: at })),
    });
    await imageVerification.createMany({
      data: images.map((each) => ({ ...each, id: newId(), ok: true, verdict: 'verified', checks: [] })),
    });
  };
  const verify = (image: number, verdict: string) =>
    world.db.prisma.imageVerification.create({
      data: { id: newId(), projectId, digest: digestOf(image), ok: verdict === 'verified', verdict, checks: [] },
    });
  const tables = ['image', 'image_tag', 'image_verification'] as const;
  const read = async () => {
    const counts = [];
    for (const table of tables) counts.push(await rowsRead(world.db, table, failingSql([organizationId], 20)));
    return counts;
  };
  const failing = async () =>
    (await new ImageLists(world.db).failing([organizationId], 20)).map(({ digest }) => digest);

  it('R25A-3 are found without reading what others have, nor what does not fail', async () => {
    await add(projectId, 0, 500);
    await add(await world.project(), 0, 5_000);
    await world.db.prisma.$executeRawUnsafe('ANALYZE image, image_tag, image_verification, project');
    expect(await failing()).toEqual([]);
    expect(await read()).toEqual([0, 0, 0]);
    for (const image of [3, 7]) await verify(image, 'mismatch');
    expect((await failing()).toSorted()).toEqual([digestOf(3), digestOf(7)]);
    expect(Math.max(...(await read()))).toBeLessThan(20);
  });

  it('are those whose newest verification that found anything out failed, while they have a tag', async () => {
    await verify(7, 'verified');
    await verify(3, 'impossible');
    expect(await failing()).toEqual([digestOf(3)]);
    await world.db.prisma.imageTag.deleteMany({ where: { projectId, digest: digestOf(3) } });
    expect(await failing()).toEqual([]);
  });
});
