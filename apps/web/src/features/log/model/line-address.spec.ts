import { expect, it } from 'vitest';
import { clickLine, formatLineAddress, holdsLine, parseLineAddress } from './line-address';
import { stepKey } from './step-key';

it('reads and writes steps, lines and ranges', () => {
  for (const hash of ['#s7', '#s7:L40', '#s7:L40-52']) {
    expect(formatLineAddress(parseLineAddress(hash, 1)!)).toBe(hash);
  }
  expect(parseLineAddress('#s7:L52-40', 1)).toEqual({ step: 7, from: 40, to: 52 });
});

it('R-O3 names the attempt of a step that is not of the attempt that is shown', () => {
  const address = parseLineAddress('#a1s7:L40', 2)!;
  expect(address).toEqual({ step: stepKey(1, 7), from: 40, to: 40 });
  expect(formatLineAddress(address)).toBe('#a1s7:L40');
  expect(parseLineAddress('#a2s7:L40', 2)).toEqual(parseLineAddress('#s7:L40', 2));
});

it('takes nothing else', () => {
  for (const hash of [
    '',
    '#',
    '#s',
    '#sx',
    '#s7:L',
    '#s7:L1-',
    '#s99999999',
    '#s1:L1<script>',
    '#as1',
    '#a1',
    '#a12345s1',
  ]) {
    expect(parseLineAddress(hash, 1)).toBeNull();
  }
});

it('extends a range with shift, inside one step', () => {
  const first = clickLine(null, 7, 40, true);
  expect(first).toEqual({ step: 7, from: 40, to: 40 });
  expect(clickLine(first, 7, 30, true)).toEqual({ step: 7, from: 30, to: 40 });
  expect(clickLine(first, 8, 2, true)).toEqual({ step: 8, from: 2, to: 2 });
  expect(holdsLine(first, 7, 40)).toBe(true);
  expect(holdsLine(first, 7, 41)).toBe(false);
});
