import { afterEach, describe, expect, it, vi } from 'vitest';
import { digestOf } from '../digest-of.js';
import { joinHistory } from '../image-reader.js';
import { isRegistryError } from '../registry-error.js';
import { parseImageConfig } from './image-config.js';
import { defaultImageLimits } from './image-limits.js';

const parse = (json: unknown) => parseImageConfig(Buffer.from(JSON.stringify(json)));

function code(json: unknown): string | undefined {
  try {
    parse(json);
    return undefined;
  } catch (error) {
    return isRegistryError(error, 'invalid') ? error.code : 'another error';
  }
}

describe('parseImageConfig', () => {
  afterEach(() => vi.restoreAllMocks());

  it('reads what a page shows', () => {
    const config = parse({
      os: 'linux',
      architecture: 'amd64',
      created: '2026-11-24T12:00:00Z',
      config: {
        User: 'app',
        Env: ['A=1'],
        Cmd: ['run'],
        Labels: { 'org.opencontainers.image.revision': 'abc' },
        ExposedPorts: { '80/tcp': {} },
      },
      rootfs: { type: 'layers', diff_ids: ['sha256:1'] },
      history: [{ created_by: 'RUN x' }, { created_by: 'CMD run', empty_layer: true }],
    });
    expect(config).toMatchObject({
      platform: { os: 'linux', architecture: 'amd64' },
      user: 'app',
      env: ['A=1'],
      cmd: ['run'],
      exposedPorts: ['80/tcp'],
      labels: { 'org.opencontainers.image.revision': 'abc' },
    });
    expect(config.history.map((step) => step.emptyLayer)).toEqual([false, true]);
  });

  it('reads an empty one', () => {
    expect(parse({})).toMatchObject({ platform: { os: 'unknown', architecture: 'unknown' }, history: [], labels: {} });
    expect(parse({ config: null, history: null, rootfs: null })).toMatchObject({ env: [] });
  });

  it.each([
    [
      'volumes',
      `{"config":{"Volumes":{${Array.from({ length: 700_000 }, (_, at) => `"/${at.toString(36)}":{}`).join()}}}}`,
    ],
    ['objects with an integer key', `{"x":[${'{"34":0},'.repeat(900_000)}0]}`],
    ['empty lists', `{"x":[${'[],'.repeat(2_700_000)}0]}`],
    ['lists inside each other', '['.repeat(4_000_000)],
  ])('R17A-3 refuses a config of many %s before it is parsed', async (_what, text) => {
    const bytes = Buffer.from(text);
    expect(bytes.length).toBeLessThan(defaultImageLimits.configBytes);
    const parsed = vi.spyOn(JSON, 'parse');
    expect(() => parseImageConfig(bytes)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'TOO_LARGE' }));
    expect(parsed).not.toHaveBeenCalled();
  });

  it('R17A-3 reads a config that is at all of the other limits', () => {
    const { history, labels, layers } = defaultImageLimits;
    const names = (length: number, value: unknown) =>
      Object.fromEntries(Array.from({ length }, (_, at) => [`/${at}`, value]));
    const step = { created: 'now', created_by: 'RUN x', comment: 'y', author: 'z', empty_layer: true };
    const texts = Array(10_000).fill('x');
    const config = parse({
      ...{ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: Array(layers).fill('sha256:1') } },
      history: Array(history).fill(step),
      config: {
        ...{ Env: texts, Cmd: texts, Entrypoint: texts, Labels: names(labels, 'x') },
        ...{ Volumes: names(10_000, {}), ExposedPorts: names(10_000, {}) },
      },
    });
    expect([config.volumes.length, config.history.length, config.env.length]).toEqual([10_000, history, 10_000]);
  });

  it('S-044 refuses a huge config, history, label set and diff_ids', () => {
    expect(code({ x: 'x'.repeat(9 << 20) })).toBe('TOO_LARGE');
    expect(code({ history: Array(10_000).fill({}) })).toBe('TOO_LARGE');
    expect(code({ rootfs: { diff_ids: Array(10_000).fill('a') } })).toBe('TOO_LARGE');
    expect(
      code({ config: { Labels: Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`l${n}`, ''])) } }),
    ).toBe('TOO_LARGE');
  });

  it.each([
    { config: [] },
    { config: { Env: 'A=1' } },
    { config: { Env: [1] } },
    { history: [null] },
    { os: 1 },
    { rootfs: 'x' },
  ])('S-044 refuses %j', (json) => {
    expect(code(json)).toBe('INVALID');
  });
});

describe('joinHistory', () => {
  const layer = (name: string) => ({ mediaType: 't', digest: digestOf(Buffer.from(name)), size: 1 });
  const step = (createdBy: string, emptyLayer = false) => ({ createdBy, emptyLayer });

  it('gives each layer the step that made it', () => {
    const joined = joinHistory(
      { layers: [layer('a'), layer('b')] },
      { diffIds: ['sha256:1', 'sha256:2'], history: [step('FROM'), step('ENV', true), step('RUN')] },
    );
    expect(joined.history.map((entry) => entry.layerIndex)).toEqual([0, undefined, 1]);
    expect(joined.layers.map((entry) => [entry.historyIndex, entry.diffId])).toEqual([
      [0, 'sha256:1'],
      [2, 'sha256:2'],
    ]);
  });

  it('joins as far as a history goes that has fewer or more steps than layers', () => {
    const few = joinHistory({ layers: [layer('a'), layer('b')] }, { diffIds: [], history: [step('RUN')] });
    expect(few.layers.map((entry) => entry.historyIndex)).toEqual([0, undefined]);
    const many = joinHistory({ layers: [layer('a')] }, { diffIds: [], history: [step('1'), step('2')] });
    expect(many.history.map((entry) => entry.layerIndex)).toEqual([0, undefined]);
  });
});
