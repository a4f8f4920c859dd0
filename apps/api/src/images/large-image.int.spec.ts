import type { Image, LayerComparison, Layers } from '@cooperage/contracts';
import type { Digest } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { publish, pushConfigs } from '../../spec/published-image.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

const mostAnswer = 300_000;
const large = {
  config: {
    Env: Array.from({ length: 2_000 }, (_, at) => `NAME${at}=${'e'.repeat(500)}`),
    Labels: { [`name${'n'.repeat(1 << 20)}`]: 'x', value: 'l'.repeat(1 << 20) },
    Cmd: ['sh', '-c', 'c'.repeat(1 << 20)],
    WorkingDir: `/${'w'.repeat(1 << 20)}`,
  },
  history: Array.from({ length: 1_900 }, () => ({ created_by: `RUN ${'r'.repeat(1_500)}` })),
};

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let images: string;
let digest: Digest;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner));
  images = `/api/v1/projects/${target.project.id}/images`;
  digest = await published([large]);
});
afterAll(() => world.close());

async function published(configs: readonly object[]): Promise<Digest> {
  const pushed = await pushConfigs(target, configs);
  await publish(world, await TestWorker.start(world), await world.build(target), pushed);
  return pushed;
}

describe('an image whose config is as large as it may be', () => {
  it('R4-P5 is shown in part, and says so', async () => {
    const answer = await owner.get<Image>(`${images}/${digest}`);
    expect(answer.text.length).toBeLessThan(mostAnswer);
    const [manifest] = expectOk(answer).manifests;
    expect(manifest).toMatchObject({ shown: 'part', platform: 'linux/amd64', command: ['sh', '-c', cut('c')] });
    expect(manifest?.labels.value).toMatch(/^l+…$/);
    expect(manifest?.layers[0]?.createdBy).toMatch(/^RUN r+$/);
  });

  it('R4-P5 has layers and a comparison that are as bounded', async () => {
    const layers = await owner.get<Layers>(`${images}/${digest}/layers`);
    expect(expectOk(layers).layers[0]?.createdBy).toMatch(/^RUN r+$/);
    expect(layers.text.length).toBeLessThan(mostAnswer);
    const longest = { history: [{ created_by: 'q'.repeat(7 << 20) }] };
    const other = await published([longest]);
    const long = await owner.get<Layers>(`${images}/${other}/layers`);
    expect(expectOk(long).layers[0]?.createdBy).toEqual(cut('q'));
    const compared = await owner.get<LayerComparison>(`/api/v1/projects/${target.project.id}/compare/layers?a=1&b=2`);
    expect(compared.text.length).toBeLessThan(mostAnswer);
    expect(expectOk(compared).platforms[0]?.layers[0]).toMatchObject({ change: 'same' });
  });
});

describe('an image of very many platforms', () => {
  it('R4-P5 has an answer that is bounded as a whole, and a comparison that says what it leaves out', async () => {
    const labels = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`label${at}`, 'x'.repeat(3_000)]));
    const history = Array.from({ length: 50 }, () => ({ created_by: `RUN ${'r'.repeat(4_000)}`, empty_layer: true }));
    const many = Array.from({ length: 12 }, (_, at) => ({ config: { Labels: { ...labels, at: `${at}` } }, history }));
    const wide = await published(many);
    const answer = await owner.get<Image>(`${images}/${wide}`);
    expect(answer.text.length).toBeLessThan(1_500_000);
    const { manifests } = expectOk(answer);
    expect(manifests.map(({ platform }) => platform)).toEqual(many.map((_, at) => `linux/amd64/v${at}`));
    expect([manifests[0]?.shown, manifests.at(-1)?.shown]).toEqual(['part', 'descriptor']);
    const again = await published(many.toReversed());
    const numbers = 'a=3&b=4';
    const compared = await owner.get<LayerComparison>(
      `/api/v1/projects/${target.project.id}/compare/layers?${numbers}`,
    );
    expect(again).not.toBe(wide);
    const { platforms, leftOut } = expectOk(compared);
    expect(leftOut).toBeGreaterThan(0);
    expect(platforms.length + leftOut).toBe(many.length);
    expect(platforms.flatMap(({ layers }) => layers.map(({ change }) => change))).toEqual(platforms.map(() => 'same'));
  });
});

const cut = (letter: string) => expect.stringMatching(new RegExp(`^${letter}{1000,8000}…$`));
