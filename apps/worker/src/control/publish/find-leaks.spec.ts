import { describe, expect, it } from 'vitest';
import { findLeaks } from './find-leaks.js';

const secrets = new Map([['TOKEN', Buffer.from('canary-value-1234')]]);
const config = (text: string) => [{ where: 'config', bytes: Buffer.from(text) }];

describe('findLeaks (S-054, S-055)', () => {
  it.each([
    ['plain, as an environment variable', '{"Env":["TOKEN=canary-value-1234"]}'],
    ['in base64', `{"Labels":{"x":"${Buffer.from('canary-value-1234').toString('base64')}"}}`],
    ['in hex', `{"x":"${Buffer.from('canary-value-1234').toString('hex')}"}`],
    ['in the history', '{"history":[{"created_by":"RUN echo canary-value-1234"}]}'],
  ])('finds a secret %s', async (_name, text) => {
    expect(await findLeaks(config(text), secrets)).toEqual([{ secretName: 'TOKEN', where: 'config' }]);
  });

  it('finds nothing in a clean image, and nothing without secrets', async () => {
    expect(await findLeaks(config('{"Env":["PATH=/bin"]}'), secrets)).toEqual([]);
    expect(await findLeaks(config('canary-value-1234'), new Map())).toEqual([]);
  });
});
