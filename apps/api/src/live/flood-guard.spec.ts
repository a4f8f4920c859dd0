import { EventEmitter } from 'node:events';
import type { Socket } from 'socket.io';
import { describe, expect, it } from 'vitest';
import { guardAgainstFlood } from './flood-guard.js';

function connection() {
  class FakeSocket extends EventEmitter {
    ended = false;
    terminate(): void {
      this.ended = true;
    }
  }
  const socket = new FakeSocket();
  const conn = Object.assign(new EventEmitter(), { transport: { socket } });
  return { conn: conn as unknown as Socket['conn'] & EventEmitter, socket };
}

describe('S-099 a connection that sends without end', () => {
  it.each(['packet', 'ping'])('is closed by its %s', (kind) => {
    const { conn, socket } = connection();
    guardAgainstFlood(conn, () => 1);
    const source = kind === 'packet' ? conn : socket;
    for (let at = 0; at < 200; at++) source.emit(kind);
    expect(socket.ended).toBe(false);
    source.emit(kind);
    expect(socket.ended).toBe(true);
  });

  it('may send the same in a longer time', () => {
    const { conn, socket } = connection();
    let now = 1;
    guardAgainstFlood(conn, () => now);
    for (let at = 0; at < 1_000; at++) {
      now += 100;
      conn.emit('packet');
    }
    expect(socket.ended).toBe(false);
  });
});
