import { expect, it } from 'vitest';
import { noticeText } from './notice-text.js';

it('says each kind of notice, and owns up to one it does not know', () => {
  const say = (json: string): string => noticeText(new TextEncoder().encode(json));
  expect(say('{"code":"clipped","droppedBytes":9,"limitBytes":5}')).toContain('9 bytes');
  expect(say('{"code":"attempt_lost","reason":"the worker died"}')).toContain('the worker died');
  for (const text of ['{"code":"new"}', 'null', '{', '3']) expect(say(text)).toContain('does not know');
});
