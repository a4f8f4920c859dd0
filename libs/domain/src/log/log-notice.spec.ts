import { expect, it } from 'vitest';
import type { LogNotice } from './log-entry.js';
import { decodeLogNotice, encodeLogNotice } from './log-notice.js';

it.each<LogNotice>([
  { code: 'clipped', droppedBytes: 12, limitBytes: 100 },
  { code: 'message', text: 'größer „als“ erwartet' },
  { code: 'attempt_lost', reason: 'The worker was lost.' },
])('reads back $code', (notice) => {
  expect(decodeLogNotice(encodeLogNotice(notice))).toEqual(notice);
});

it.each([
  ['no JSON', '{'],
  ['null', 'null'],
  ['an unknown code', '{"code":"new"}'],
  ['a missing field', '{"code":"message"}'],
  ['a wrong type', '{"code":"clipped","droppedBytes":"1","limitBytes":2}'],
])('passes over %s', (_name, json) => {
  expect(decodeLogNotice(new TextEncoder().encode(json))).toBeUndefined();
});

it('passes over invalid UTF-8', () => {
  expect(decodeLogNotice(Uint8Array.of(0xff, 0xfe))).toBeUndefined();
});
