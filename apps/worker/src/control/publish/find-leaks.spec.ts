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

  it.each([
    ['as a label’s key', { config: { Labels: { 'canary-value-1234': '' } } }],
    ['in an annotation', { annotations: { a: 'x canary-value-1234 y' } }],
    ['with what JSON escapes', { config: { Env: ['A="canary-value-1234"'] } }],
  ])('R-M1 finds a secret %s', async (_name, document) => {
    expect(await findLeaks(config(JSON.stringify(document)), secrets)).toEqual([
      { secretName: 'TOKEN', where: 'config' },
    ]);
  });

  const words =
    'created digest os architecture variant sha256 mediaType artifactType type _type predicateType buildType';
  it.each(words.split(' '))('R22A-5 finds a secret in a label or an annotation that is called %s', async (word) => {
    const named = { [word]: 'x canary-value-1234' };
    for (const document of [
      { config: { Labels: named } },
      { annotations: named },
      { layers: [{ annotations: named }], config: { annotations: named } },
      { manifests: [{ platform: { other: named }, annotations: named }] },
    ])
      expect(await findLeaks(config(JSON.stringify(document)), secrets), JSON.stringify(document)).toHaveLength(1);
  });

  it('R22A-5 ends no build for a value that the format has at its own place', async () => {
    const value = 'canary-value-1234';
    const platform = { os: value, architecture: value, variant: value };
    const descriptor = { mediaType: value, digest: value, artifactType: value, platform };
    for (const document of [
      { mediaType: value, artifactType: value, config: descriptor, layers: [descriptor], subject: descriptor },
      { manifests: [descriptor, descriptor] },
      { ...platform, created: value, config: {}, history: [{ created: value }, { created: value }] },
    ])
      expect(await findLeaks(config(JSON.stringify(document)), secrets), JSON.stringify(document)).toEqual([]);
  });

  const ordinary = JSON.stringify({
    mediaType: 'application/vnd.oci.image.config.v1+json',
    ...{ architecture: 'amd64', os: 'linux', schemaVersion: 2 },
    config: { Env: ['PATH=/bin'], WorkingDir: '/' },
    history: [{ created_by: 'CMD ["sh"]', empty_layer: true }],
    rootfs: { type: 'layers', diff_ids: [] },
  });

  it.each(['true', 'layers', 'linux', '"os":', 'sh'])(
    'R-M1 ends no build for the short value %j of before',
    async (value) => {
      expect(await findLeaks(config(ordinary), new Map([['OLD', Buffer.from(value)]]))).toEqual([]);
    },
  );

  it.each(['created_by', 'empty_layer', 'application', 'schemaVersion', '"history":', 'architecture'])(
    'R-M1 ends no build for %j, which the format says itself',
    async (value) => {
      expect(await findLeaks(config(ordinary), new Map([['WORD', Buffer.from(value)]]))).toEqual([]);
    },
  );

  it('R-M1 finds nothing that two texts make only together', async () => {
    const document = JSON.stringify({ config: { Cmd: ['canary-v', 'alue-1234'] } });
    expect(await findLeaks(config(document), secrets)).toEqual([]);
  });
});
