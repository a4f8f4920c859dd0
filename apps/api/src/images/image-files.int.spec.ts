import type { FileRow, FoundImage, ImageFacts, Layers, Page } from '@cooperage/contracts';
import type { Digest } from '@cooperage/domain';
import { tarOf } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { publish, pushImage, pushLayers } from '../../spec/published-image.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';
import { LayerReader } from './layer-reader.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let worker: TestWorker;
let first: Digest;
let digest: Digest;
let path: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner));
  worker = await TestWorker.start(world);
  const base = tarOf([
    { path: 'app/', type: '5' },
    { path: 'app/old.txt', content: 'x'.repeat(1000) },
    { path: 'app/<b>.txt', content: 'y'.repeat(10) },
    { path: 'tmp/cache', content: 'z'.repeat(5000) },
  ]);
  const upper = tarOf([{ path: 'app/old.txt', content: 'new' }, { path: 'tmp/.wh.cache' }]);
  first = await pushLayers(target, [base]);
  digest = await pushLayers(target, [base, upper]);
  for (const each of [first, digest]) await publish(world, worker, await world.build(target), each);
  path = `/api/v1/projects/${target.project.id}/images/${digest}`;
});
afterAll(() => world.close());

async function settled(at = path): Promise<Layers> {
  let layers: Layers | undefined;
  await expect
    .poll(
      async () => {
        layers = expectOk(await owner.get<Layers>(`${at}/layers`));
        return layers.state;
      },
      { timeout: 10_000, interval: 20 },
    )
    .not.toBe('reading');
  return layers!;
}
const files = (query: string) => owner.get<Page<FileRow>>(`${path}/files${query}`);

describe('the layers of an image', () => {
  it('are read behind the page’s back, and say what each changes and stores for nothing', async () => {
    expect(expectOk(await owner.get<Layers>(`${path}/layers`)).layers).toHaveLength(2);
    const { state, layers, wastedBytes } = await settled();
    expect([state, wastedBytes]).toEqual(['complete', 6000]);
    expect(layers.map(({ changes, inPrevious }) => [changes, inPrevious])).toEqual([
      [{ added: 4, changed: 0, removed: 0, wastedBytes: 6000 }, true],
      [{ added: 0, changed: 1, removed: 1, wastedBytes: 0 }, false],
    ]);
  });

  it('R3-N3 are laid out once for all who ask at the same time', async () => {
    await settled();
    const reads = vi.spyOn(LayerReader.prototype, 'entries');
    const asked = await Promise.all(
      Array.from({ length: 20 }, () =>
        owner.get<Layers>(`/api/v1/projects/${target.project.id}/images/${first}/layers`),
      ),
    );
    expect(asked.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(asked.every((answer) => expectOk(answer).layers[0]?.changes?.added === 4)).toBe(true);
    expect(reads).toHaveBeenCalledTimes(1);
    reads.mockRestore();
  });

  it('are browsed by folder, whole and one by one, and searched', async () => {
    await settled();
    const root = expectOk(await files('')).items;
    expect(root.map(({ path: at, sizeBytes, files: count }) => [at, sizeBytes, count])).toEqual([
      ['app', 13, 2],
      ['tmp', 0, 0],
    ]);
    const lower = expectOk(await files('?layer=0&path=app&limit=1'));
    expect(lower.items).toEqual([expect.objectContaining({ path: 'app/old.txt', change: 'added', sizeBytes: 1000 })]);
    const rest = expectOk(await files(`?layer=0&path=app&limit=1&cursor=${lower.next}`));
    expect([rest.items[0]?.path, rest.next]).toEqual(['app/<b>.txt', null]);
    expect(expectOk(await files('?layer=1&search=cache')).items).toEqual([
      expect.objectContaining({ path: 'tmp/cache', change: 'removed' }),
    ]);
    expect((await files('?path=nowhere')).status).toBe(404);
    expect((await files('?layer=7')).status).toBe(404);
    expect((await files(`?manifest=sha256:${'0'.repeat(64)}`)).status).toBe(404);
  });

  it('S-044 that lead out of the image are refused with a reason, and the others stay', async () => {
    const bad = await pushLayers(target, [tarOf([{ path: 'a' }]), tarOf([{ path: '../../etc/passwd', content: 'x' }])]);
    await publish(world, worker, await world.build(target), bad);
    const at = `/api/v1/projects/${target.project.id}/images/${bad}`;
    const { state, layers } = await settled(at);
    expect(state).toBe('partial');
    expect(layers.map((layer) => [layer.state, layer.problem?.code])).toEqual([
      ['listed', undefined],
      ['refused', 'unsafe_path'],
    ]);
    expect(problemOf(await owner.get(`${at}/files`)).code).toBe('conflict');
  });
});

describe('images of all projects', () => {
  it('are found by the beginning of a tag or digest, page by page, and only ours', async () => {
    const other = await world.project(owner, await organizationOf(owner));
    const image = await pushImage(other, 'elsewhere');
    await publish(world, worker, await world.build(other), image.digest);
    const search = async (query: string) => expectOk(await owner.get<Page<FoundImage>>(`/api/v1/images?${query}`));
    const [newest] = (await search('limit=1')).items;
    expect(newest).toMatchObject({ digest: image.digest, projectSlug: other.project.slug, tags: ['latest', 'main'] });
    const one = await search('limit=1');
    expect((await search(`limit=1&cursor=${one.next}`)).items[0]?.projectId).toBe(target.project.id);
    for (const q of [image.digest, image.digest.slice(7, 15)])
      expect((await search(`q=${q}`)).items.map((found) => found.digest)).toEqual([image.digest]);
    expect((await search(`q=mai&project=${other.project.id}`)).items).toHaveLength(1);
    expect((await search('q=%25')).items).toEqual([]);
    const { visitor } = await world.stranger(owner);
    expect(expectOk(await visitor.get<Page<FoundImage>>('/api/v1/images')).items).toEqual([]);
    expect((await visitor.get(`/api/v1/images?organization=${await organizationOf(owner)}`)).status).toBe(404);
  });

  it('say what came before them, without the registry', async () => {
    const facts = expectOk(await owner.get<ImageFacts>(`${path}/facts`));
    expect(facts).toMatchObject({
      previous: { digest: first, buildNumber: 1 },
      build: { number: 2, ref: 'refs/heads/main', trigger: 'push' },
      bases: [],
    });
  });
});
