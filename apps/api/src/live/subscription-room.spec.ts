import { describe, expect, it } from 'vitest';
import { hasRoom } from './subscription-room.js';

describe('what one page subscribes to', () => {
  const rooms = Array.from({ length: 32 }, (_, at) => `room ${at}`);
  const logs = Array.from({ length: 4 }, (_, at) => `log:${at}`);

  it('V7-L10 may be all that it follows, at once', () => {
    for (const names of [rooms, logs])
      for (const [at, name] of names.entries()) expect(hasRoom(name, names, names.slice(0, at))).toBe(true);
  });

  it('is 32 things, 4 logs among them, whether it follows them or asks for them', () => {
    expect(hasRoom('one more', rooms, [])).toBe(false);
    expect(hasRoom('one more', rooms.slice(16), rooms.slice(0, 16))).toBe(false);
    expect(hasRoom('log:more', logs, [])).toBe(false);
    expect(hasRoom('log:more', logs.slice(2), logs.slice(0, 2))).toBe(false);
    expect(hasRoom('one more', logs, [])).toBe(true);
  });

  it('is 32 things at once and 4 logs, the same again included', () => {
    expect(hasRoom('same', ['same'], Array<string>(31).fill('same'))).toBe(true);
    expect(hasRoom('same', ['same'], Array<string>(32).fill('same'))).toBe(false);
    expect(hasRoom('log:0', ['log:0'], Array<string>(4).fill('log:0'))).toBe(false);
  });
});
