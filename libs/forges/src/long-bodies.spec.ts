import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { syncStretchRatio } from '@cooperage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  after,
  before,
  fixture,
  form,
  gitea,
  github,
  hmac,
  json,
  now,
  refused,
  secret,
  signed,
} from '../spec/calls.js';
import type { DeliveryResult } from './delivery.js';
import { parseGuardedJson } from './json/guarded-json.js';
import { GuardedJsonError } from './json/guarded-json-error.js';
import { deliveryReading, readDelivery } from './read-delivery.js';
import { atOnce } from './slices.js';

const longest = 25 * 1024 * 1024;
const secrets = Array.from({ length: 10 }, (_, at) => `secret ${at}`);
/** Five times what a server has anyhow. */
const mostStretch = 5;

const wrong = `sha256=${'0'.repeat(64)}`;
const push = { ref: 'refs/heads/main', before: null, after };
const filled = (length: number) => JSON.stringify({ ...push, text: 'y'.repeat(length) });
/** As many values as a body may have, and as long as it may be. */
const manyOf = (value: string) => `{"ref":"refs/heads/main","a":[${`${value},`.repeat(999_000)}1],"after":"${after}"}`;
const numbers = manyOf('1'.repeat(25));
const texts = manyOf(`"${'y'.repeat(23)}"`);
/** A member of more than 256 KiB would be left out. */
const inMembers = (item: string) => {
  const member = `[${item.repeat(80_000)}1]`;
  return `{${Array.from({ length: longest / member.length - 1 }, (_, at) => `"a${at}":${member},`).join('')}"z":1}`;
};
const spaces = `{"ref":"refs/heads/main","a"${' '.repeat(longest / 2)}:1,"after":"${after}"}`;

describe('R-M10 a body of 25 MiB lets others in', () => {
  it.each([
    ['with a signature by none of ten secrets', github('', { 'x-hub-signature-256': wrong }), 'x'.repeat(longest)],
    ['signed by Standard Webhooks with another secret', signed(''), 'x'.repeat(longest)],
    [
      'of a form with as many fields as fit',
      gitea('', { ...form, 'x-gitea-signature': '0'.repeat(64) }),
      '&'.repeat(longest),
    ],
    [
      'of a form with nothing but escapes',
      gitea('', { ...form, 'x-gitea-signature': '0'.repeat(64) }),
      `payload=${'%41'.repeat(longest / 3 - 8)}`,
    ],
    ['without a proof', json, 'x'.repeat(longest)],
  ])('%s', async (_what, headers, text) => {
    const rawBody = Buffer.from(text);
    const work = async () => expect((await readDelivery({ headers, rawBody, secrets, now })).ok).toBe(false);
    expect(await syncStretchRatio(work)).toBeLessThan(mostStretch);
  });

  it.each([
    ['that is one text', filled(longest - 200)],
    ['that is numbers', numbers],
    ['that is texts', texts],
    ['that is spaces', spaces],
  ])('of a project, %s', async (_what, text) => {
    const rawBody = Buffer.from(text);
    const headers = github('', { 'x-hub-signature-256': `sha256=${hmac(rawBody)}` });
    const work = async () =>
      expect(await readDelivery({ headers, rawBody, secrets: [secret], now })).toMatchObject({
        ok: true,
        event: { type: 'push', ref: 'refs/heads/main', after },
      });
    expect(await syncStretchRatio(work)).toBeLessThan(mostStretch);
  });
});

describe('R5-A4 a proven body of 25 MiB takes little memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const mebibyte = 1024 * 1024;

  /** Bytes of the heap that the reading of a body keeps at the most, looked at after each part of the work. */
  function mostKept(rawBody: Buffer): { result: DeliveryResult; bytes: number } {
    const headers = github('', { 'x-hub-signature-256': `sha256=${hmac(rawBody)}` });
    const reading = deliveryReading({ headers, rawBody, secrets: [secret], now });
    collect();
    const before = process.memoryUsage().heapUsed;
    let bytes = 0;
    for (;;) {
      const step = reading.next();
      let used = process.memoryUsage().heapUsed - before;
      // What is garbage does not count, and collecting each time would take long.
      if (used > 64 * mebibyte) {
        collect();
        used = process.memoryUsage().heapUsed - before;
      }
      bytes = Math.max(bytes, used);
      if (step.done) return { result: step.value, bytes };
      if (bytes > 256 * mebibyte) throw new Error(`keeps ${bytes} bytes, and has not ended`);
    }
  }

  it.each([
    ['that is nothing but commas', `{${','.repeat(longest - 2)}}`],
    ['that has commas behind its members', `{"ref":"refs/heads/main","a":{}${','.repeat(longest - 40)}}`],
    ['that is empty objects in short members', inMembers('{},')],
    ['that is empty arrays in short members', inMembers('[],')],
    ['that is empty texts in short members', inMembers('"",')],
  ])('R5-A4 %s', (_what, text) => {
    const { result, bytes } = mostKept(Buffer.from(text));
    expect(result).toMatchObject({ ok: false, code: 'malformed' });
    expect(bytes).toBeLessThan(64 * mebibyte);
  });
});

it('R5-A4 the longest push that GitHub sends is taken: 2,048 commits, with all that it says of each', async () => {
  const person = { name: 'Ada Lovelace', email: 'ada@example.com', username: 'ada', date: '2026-11-24T12:00:00Z' };
  const folder = 'packages/component/src/features';
  const commits = Array.from({ length: 2048 }, (_, at) => ({
    id: after,
    tree_id: before,
    distinct: true,
    message: `Commit ${at}\n\n${'It changes what has to change. '.repeat(20)}`,
    timestamp: '2026-11-24T12:00:00Z',
    url: `https://git.example.com/ada/engine/commit/${after}`,
    author: person,
    committer: person,
    added: Array.from({ length: 50 }, (_, n) => `${folder}/added-${at}-${n}.ts`),
    removed: [],
    modified: Array.from({ length: 50 }, (_, n) => `${folder}/modified-${at}-${n}.ts`),
  }));
  const push = { ...JSON.parse(fixture('github-push').toString('utf8')), commits };
  const rawBody = Buffer.from(JSON.stringify(push));
  expect(rawBody.length).toBeGreaterThan(10 * 1024 * 1024);
  const headers = github('', { 'x-hub-signature-256': `sha256=${hmac(rawBody)}` });
  expect(await readDelivery({ headers, rawBody, secrets: [secret], now })).toMatchObject({
    ok: true,
    event: { type: 'push', after: push.after },
  });
});

describe('a long JSON', () => {
  const padding = `"padding":"${'p'.repeat(1024 * 1024)}"`;
  const parseLong = (members: string) => atOnce(parseGuardedJson(Buffer.from(`{${padding}${members}}`)));

  it('gives the members that are not long, as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { maxKeys: 5 }), (value) => {
        const text = JSON.stringify(value);
        if (/__proto__|constructor|prototype|padding/.test(text)) return;
        expect(parseLong(text === '{}' ? '' : `,${text.slice(1, -1)}`)).toEqual(JSON.parse(text));
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ',',
    ',"a":1,',
    ',,"a":1',
    ',1',
    ',"a"',
    ',"a":',
    ',"a":1 "b":2',
    ',"a":[}',
    ',"a":{]',
    ',"a":1}]',
    ',"a":1}{"b":2',
    ',"a":1} x {',
    ',"a":01',
    ',"a":"\\x"',
    ',"a":"\\ud800"',
    ',"a":1,"a":2',
    ',"__proto__":{}',
  ])('S-008 that ends with %j is refused', (members) => {
    expect(() => parseLong(members)).toThrow(GuardedJsonError);
  });

  it.each(['é', '€', '😀'])(
    'with characters like %s wherever a slice ends is read, and refused where one is cut',
    (character) => {
      for (let offset = 0; offset < 4; offset++) {
        const text = 'a'.repeat(offset) + character.repeat(100_000 * (4 / Buffer.byteLength(character)));
        const bytes = Buffer.from(`{"padding":"${'p'.repeat(1024 * 1024)}","a":"b","text":"${text}"}`);
        expect(atOnce(parseGuardedJson(bytes))).toEqual({ a: 'b' });
        bytes[bytes.length - 3] = 0x61;
        expect(() => atOnce(parseGuardedJson(bytes))).toThrow('not valid UTF-8');
      }
    },
  );

  it('that is no object is refused', () => {
    expect(() => atOnce(parseGuardedJson(Buffer.from(`[${padding.slice(10)}]`)))).toThrow(GuardedJsonError);
  });
});

it('S-009 a form with more than 64 fields is refused, however short it is', () => {
  const body = `payload=%7B%7D${'&a=1'.repeat(64)}`;
  expect(refused(github(body, form), body).code).toBe('malformed');
});
