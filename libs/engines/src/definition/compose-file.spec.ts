import { BuildFailure } from '@cooperage/domain';
import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { maxDefinitionBytes } from './bake.js';
import { composeForBake } from './compose-file.js';

const never = new AbortController().signal;
const read = (text: string, timeoutMs?: number, signal = never) =>
  composeForBake('compose.yaml', Buffer.from(text), signal, timeoutMs);
const failure = async (...given: Parameters<typeof read>) => {
  const error = await read(...given).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BuildFailure);
  return error as BuildFailure;
};
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Three of them. */
const name = (at: number) => [at, at / 52, at / 52 ** 2].map((part) => letters[Math.floor(part) % 52]).join('');
const named = (count: number, line: (at: number) => string, glue: string) =>
  Array.from({ length: count }, (_, at) => line(at)).join(glue);

describe('a compose file for bake', () => {
  it('is what says how images are built, with every digit, anchors and merged keys', async () => {
    const text = `x: &x { context: ., args: { N: 12345678901234567890 } }
services: { app: { build: { <<: *x, target: t }, ports: [80], image: i } }
secrets: { key: { file: /etc/passwd } }`;
    expect(await read(text)).toBe(
      '{"services":{"app":{"build":{"context":".","args":{"N":12345678901234567890},"target":"t"},"image":"i"}},"secrets":{"key":{"environment":"NONE"}}}',
    );
  });

  it.each([
    ['{', 'The compose file cannot be read: Flow map'],
    ['services: {}\nservices: {}', 'The compose file cannot be read: Map keys must be unique'],
    ['{ a: 1, a: 1 }', 'The compose file cannot be read: Map keys must be unique'],
    ['services: *none', 'The compose file cannot be read: Unresolved alias'],
    ['[', 'The compose file cannot be read: '],
    ['- a', 'The compose file is no map.'],
    ['include: [a]', 'The field “include” is refused'],
    ['services: { "a\\u202e": 1 }', 'The service “a\\u{202e}” is no map.'],
    ['services: { a: { extends: { file: b } } }', 'The service “a” extends one of another file'],
    ['['.repeat(10_000), 'The compose file cannot be read: '],
  ])('is refused in words that say why: “%s”', async (text, message) => {
    const { code, place, message: said } = await failure(text);
    expect({ code, place }).toEqual({ code: 'InvalidBuildConfig', place: { file: 'compose.yaml' } });
    expect(said).toContain(message);
  });

  // The parser compares each key with all before it, and looks for each anchor among all before it.
  it.each([
    ['keys', `{${named(65_000, name, ',')}}`],
    ['aliases', `[${named(52_000, (at) => `${at % 100 ? '*' : '&'}${name(at - (at % 100))}`, ',')}]`],
  ])('R19B-2 keeps nothing else waiting, and has an end, whatever its %s are', async (_, text) => {
    expect(text.length).toBeLessThanOrEqual(maxDefinitionBytes);
    let error: BuildFailure | undefined;
    const ratio = await syncStretchRatio(async () => {
      error = await failure(text, 1_000);
    });
    expect(ratio).toBeLessThan(5);
    expect(error!.message).toBe('The definition was not read within 1 s.');
  });

  it('R19B-2 has no more memory than it may', async () => {
    const maps = named(
      100,
      (map) => `${name(map)}: &${name(map)} {${named(480, (at) => name(480 * map + at), ',')}}`,
      '\n',
    );
    const all = named(100, (map) => `*${name(map)}`, ',');
    const merged = `${maps}\n${named(98, (at) => `m${at}: { <<: [${all}] }`, '\n')}`;
    expect(merged.length).toBeLessThan(maxDefinitionBytes);
    expect((await failure(merged, 60_000)).message).toContain('more memory or time');
  });

  it('R19B-2 ends with whoever asked for it', async () => {
    const keys = `{${named(60_000, name, ',')}}`;
    await expect(read(keys, 60_000, AbortSignal.timeout(300))).rejects.toThrow('aborted due to timeout');
  });
});
