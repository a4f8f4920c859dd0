import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { BuildDetails, BuildLists } from '../index.js';

const builds = 20;
const argumentBytes = 512 * 1024;

describe('a list of builds with large arguments', () => {
  let world: World;
  let organizationId: string;
  beforeAll(async () => {
    world = await World.open();
    organizationId = await world.organization();
    const projectId = await world.project(organizationId);
    for (let made = 0; made < builds; made++) await world.build(projectId);
    // By one statement: what counts is how wide the rows are.
    const buildArgs = JSON.stringify({ LARGE: 'a'.repeat(argumentBytes) });
    await world.db.prisma.$executeRaw`
      UPDATE build SET build_args = ${buildArgs}::jsonb, warnings = ${buildArgs}::jsonb
      WHERE organization_id = ${organizationId}`;
  });
  afterAll(() => world.close());

  /** Characters of the rows as JSON. */
  const weight = (rows: readonly object[]) =>
    JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)).length;

  it('R4-P3 brings none of the arguments, notes and inputs that it does not show', async () => {
    const reader = { name: 'Ada', email: 'ada@acme.example' };
    const page = await new BuildLists(world.db).list([organizationId], { reader }, { after: null, limit: builds });
    expect(page.items).toHaveLength(builds);
    expect(weight(page.items)).toBeLessThan(argumentBytes);
  });

  it('R4-P3 brings only what is announced of the builds that changed lately', async () => {
    const changed = await new BuildLists(world.db).recentlyChanged(300_000, 500);
    expect(changed).toHaveLength(builds);
    expect(weight(changed)).toBeLessThan(argumentBytes);
    const [newest] = changed;
    expect(newest).toMatchObject({ organizationId, number: builds, version: 1, status: 'queued', attemptNumber: 0 });
  });

  it('still shows the arguments on the page of one build', async () => {
    const [{ id } = { id: '' }] = await new BuildLists(world.db).recentlyChanged(300_000, 1);
    const build = await new BuildDetails(world.db).find(id, [organizationId]);
    expect(Object.values(build?.buildArgs ?? {})[0]).toHaveLength(argumentBytes);
  });
});
