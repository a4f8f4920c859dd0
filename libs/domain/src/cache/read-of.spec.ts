import { expect, it } from 'vitest';
import { readOf, type StoredRead } from './read-of.js';

const now = new Date('2026-11-29T00:00:00Z');
const read = (ref: string, daysAgo: number): StoredRead => ({
  ...{ repository: `cache/${ref}`, tag: 'linux-amd64', zone: 'protected', ref, epoch: 0 },
  writtenAt: new Date(now.getTime() - daysAgo * 86_400_000),
});
const chosen = (...there: StoredRead[]) => readOf(there, now)?.ref ?? null;

it('is the first that is there', () => {
  expect(chosen()).toBeNull();
  expect(chosen(read('own', 1), read('target', 0), read('main', 0))).toBe('own');
  expect(chosen(read('target', 1), read('main', 0))).toBe('target');
  expect(chosen(read('main', 400))).toBe('main');
});

it('is a later one where the first is old and that one is newer', () => {
  expect(chosen(read('own', 30), read('main', 2))).toBe('main');
  expect(chosen(read('own', 30), read('target', 20), read('main', 10))).toBe('main');
  expect(chosen(read('own', 30), read('target', 6), read('main', 1))).toBe('target');
  expect(chosen(read('own', 30), read('main', 40))).toBe('own');
});
