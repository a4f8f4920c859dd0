import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { ImageFacts } from './image-facts.js';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

it('R22D-2 reads bases of an image, whatever builders wrote into other builds of the organization', async () => {
  const organizationId = await world.organization();
  const bases = new ImageFacts(world.db);
  const build = async (baseImages: unknown) => {
    const { id } = await world.build(await world.project(organizationId));
    await world.db.prisma.build.update({ where: { id }, data: { baseImages: baseImages as object } });
    return id;
  };
  const own = await build([{ name: 'node', digest: 'sha256:1' }]);
  const newer = await build([{ name: 'node', digest: 'sha256:2' }]);
  for (const odd of [5, 'x', {}, [5], [null], [{ name: 'node' }], [{ digest: 'sha256:3' }]]) {
    const id = await build(odd);
    const [base, ...more] = await bases.bases(own);
    expect(base, JSON.stringify(odd)).toMatchObject({
      digest: 'sha256:1',
      newest: { digest: 'sha256:2', buildId: newer },
    });
    expect(more).toEqual([]);
    expect(await bases.bases(id)).toEqual([]);
  }
});
