import { parseImageConfig } from '@cooperage/oci';
import { describe, expect, it } from 'vitest';
import { viewOfConfig } from './config-view.js';
import { ConfigViews } from './config-views.js';
import { TextRoom } from './text-room.js';

const mebibyte = 1 << 20;
const viewOf = (config: object) => {
  const bytes = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', ...config }));
  return viewOfConfig(parseImageConfig(bytes), bytes.length);
};

describe('what is shown of a config', () => {
  const long = (letter: string) => letter.repeat(7 * mebibyte);
  const texts = Array.from({ length: 9_000 }, (_, at) => `${at}${'x'.repeat(700)}`);
  it.each<[string, object]>([
    ['one instruction', { history: [{ created_by: long('a') }] }],
    ['many instructions', { history: texts.slice(0, 2_000).map((text) => ({ created_by: text, comment: text })) }],
    ['empty instructions', { history: texts.slice(0, 2_000).map(() => ({})) }],
    ['environment', { config: { Env: texts } }],
    ['words', { config: { Entrypoint: texts.slice(0, 5_000), Cmd: texts.slice(0, 5_000) } }],
    ['names of labels', { config: { Labels: { [long('n')]: 'x' } } }],
    ['labels', { config: { Labels: Object.fromEntries(texts.slice(0, 1_000).map((text) => [text, text])) } }],
    ['folder and user', { config: { WorkingDir: long('w'), User: 'u' } }],
    ['platform', { os: long('o') }],
    ['dates', { history: [{ created: long('d') }] }],
  ])('R4-P5 is bounded and says that it is cut: %s of some MiB', (_, config) => {
    const view = viewOf(config);
    expect(JSON.stringify(view).length).toBeLessThan(256 * 1_024);
    expect(view.isCut).toBe(true);
  });

  it('R4-P5 is all of a usual config', () => {
    const history = [{ created: '2026-01-01T00:00:00Z', created_by: 'RUN x', comment: 'c' }, { empty_layer: true }];
    const settings = { Env: ['A=1'], Cmd: ['sh'], Labels: { a: 'b' }, User: 'u', WorkingDir: '/srv' };
    expect(viewOf({ history, config: settings })).toMatchObject({
      ...{ platform: 'linux/amd64', environment: ['A=1'], entrypoint: [], command: ['sh'], labels: { a: 'b' } },
      ...{ user: 'u', workingDirectory: '/srv', isCut: false },
      history: [
        { created: '2026-01-01T00:00:00Z', createdBy: 'RUN x', comment: 'c', emptyLayer: false },
        { emptyLayer: true },
      ],
    });
  });
});

describe('a room for texts', () => {
  it('cuts at its end, and never in the middle of a character', () => {
    const room = new TextRoom(6);
    expect([room.text('abc'), room.isCut]).toEqual(['abc', false]);
    expect([room.text('de😀'), room.isCut]).toEqual(['de…', true]);
    expect(room.texts(['f', 'g'], 1)).toEqual(['…']);
    expect(new TextRoom(100).record({ [`__proto__`]: 'x' }, 5)).toEqual({ ['__proto__']: 'x' });
  });
});

describe('views that are kept', () => {
  it('R4-P5 are few: those that nobody looked at for the longest time are read again', async () => {
    const reads: string[] = [];
    const read = async (_: unknown, digest: string) => {
      reads.push(digest);
      return Buffer.from(JSON.stringify({ os: 'linux', config: { Env: Array(40).fill('x'.repeat(4_000)) } }));
    };
    const views = new ConfigViews();
    const look = (digest: string) => views.read({ blobs: { read } } as never, 'acme/shop' as never, digest as never);
    for (let at = 0; at < 700; at++) {
      await look('first');
      await look(`other ${at}`);
    }
    expect(reads.filter((digest) => digest === 'first')).toHaveLength(1);
    await look('other 699');
    expect(reads).toHaveLength(701);
    await look('other 0');
    expect(reads).toHaveLength(702);
  });
});
