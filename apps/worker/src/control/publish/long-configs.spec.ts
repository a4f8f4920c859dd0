import { BuildFailure } from '@cooperage/domain';
import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { findLeaks } from './find-leaks.js';

const secrets = new Map([['TOKEN', Buffer.from('canary-value-1234')]]);
const most = 8 * 1024 * 1024;
const config = (...values: string[]) => Buffer.from(`{"config":{"Cmd":[${values.join(',')}]}}`);
const search = (bytes: Uint8Array) => findLeaks([{ where: 'config', bytes }], secrets);

describe('R3-A3 a config of 8 MiB', () => {
  it.each([
    ['empty texts', '""'],
    ['short texts', '"a"'],
    ['empty lists', '[]'],
    ['numbers', '1'],
  ])('R3-A3 is refused before it is parsed when it is nothing but %s', async (_what, value) => {
    const bytes = config(Array.from({ length: most / (value.length + 1) }, () => value).join(','));
    const failure = await search(bytes).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BuildFailure);
    expect(failure).toMatchObject({
      code: 'PolicyRefused',
      message: expect.stringMatching(/^The config of the image has more than 100,000 values\./),
    });
  });

  it.each([
    ['of one text', [`"${'x'.repeat(most)}"`]],
    ['of as many texts as it may have', Array.from({ length: 90_000 }, (_, at) => `"${'y'.repeat(80)}${at}"`)],
    ['of texts full of quotes and commas', [`"${'\\",'.repeat(most / 3)}"`]],
  ])('R3-A3 lets others of the process in while it is searched, %s', async (_what, values) => {
    const bytes = config(...values, '"x canary-value-1234 x"');
    const work = async () => expect(await search(bytes)).toEqual([{ secretName: 'TOKEN', where: 'config' }]);
    expect(await syncStretchRatio(work)).toBeLessThan(30);
  });
});
