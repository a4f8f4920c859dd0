import { expect, it } from 'vitest';
import { attemptId, logFixture } from '../../spec/log-fixture.js';
import { lastTextOf } from './last-text.js';

const encode = (text: string) => new TextEncoder().encode(text);

it('the last text of a step is found behind the noise of the others', async () => {
  const { writer, store } = logFixture();
  await writer.output(3, 2, encode('first\nlast words of three\n'));
  for (let at = 0; at < 40; at++) await writer.output(4, 1, encode(`${'noise '.repeat(500)}\n`));
  await writer.close();
  expect(await lastTextOf(store, attemptId, 3, 20)).toBe('first\nlast words of three\n');
  expect(await lastTextOf(store, attemptId, 9, 20)).toBe('');
});

it('the last text of a step that printed much is no more of it than is needed', async () => {
  const { writer, store } = logFixture();
  for (let at = 0; at < 3000; at++) await writer.output(1, 1, encode(`${'x'.repeat(90)} ${at}\n`));
  await writer.close();
  const lines = (await lastTextOf(store, attemptId, 1, 20)).trimEnd().split('\n');
  expect(lines.at(-1)).toMatch(/ 2999$/);
  expect(lines.length).toBeGreaterThanOrEqual(20);
  expect(lines.length).toBeLessThan(3000);
});
