import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectWithinMs, LiveConnection, type LiveSocket } from './live-connection';

class FakeSocket implements LiveSocket {
  connected = false;
  connects = 0;
  disconnects = 0;
  private readonly listeners = new Map<string, Set<(...values: never[]) => void>>();
  connect(): void {
    this.connects++;
  }
  disconnect(): void {
    this.disconnects++;
    this.connected = false;
  }
  emit(_message: string, _payload: unknown, acknowledge: (answer: { ok: true }) => void): void {
    acknowledge({ ok: true });
  }
  on(event: string, listener: (...values: never[]) => void): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }
  off(event: string, listener: (...values: never[]) => void): void {
    this.listeners.get(event)?.delete(listener);
  }
  fire(event: string, ...values: unknown[]): void {
    if (event === 'connect') this.connected = true;
    if (event === 'disconnect') this.connected = false;
    for (const listener of this.listeners.get(event) ?? []) listener(...(values as never[]));
  }
}

describe('LiveConnection', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  async function opened(): Promise<{ connection: LiveConnection; socket: FakeSocket; release: () => void }> {
    const socket = new FakeSocket();
    const connection = new LiveConnection(() => socket);
    const release = connection.acquire();
    await vi.advanceTimersByTimeAsync(0);
    return { connection, socket, release };
  }

  it('gives up after three seconds and names the reason, and is live when the socket comes after all', async () => {
    const { connection, socket } = await opened();
    expect(connection.current()).toEqual({ kind: 'connecting' });
    await vi.advanceTimersByTimeAsync(connectWithinMs);
    expect(connection.current()).toEqual({ kind: 'polling', reason: 'the socket did not answer within 3 s' });
    socket.fire('connect');
    expect(connection.current()).toEqual({ kind: 'live' });
  });

  it('says at once that a socket is blocked', async () => {
    const { connection, socket } = await opened();
    socket.fire('connect_error', new Error('websocket error'));
    expect(connection.current()).toMatchObject({ kind: 'polling', reason: expect.stringContaining('blocked') });
  });

  it('asks again after a refusal, later each time', async () => {
    const { connection, socket } = await opened();
    socket.fire('connect_error', new Error('unauthenticated'));
    expect(connection.current()).toMatchObject({ reason: 'the session has ended' });
    for (const [tries, [soonest, latest]] of [
      [500, 1000],
      [1000, 2000],
      [2000, 4000],
      [2500, 5000],
      [2500, 5000],
    ].entries()) {
      await vi.advanceTimersByTimeAsync(soonest! - 1);
      expect(socket.connects).toBe(tries + 1);
      await vi.advanceTimersByTimeAsync(latest! - soonest! + 1);
      expect(socket.connects).toBe(tries + 2);
      socket.fire('connect_error', new Error('websocket error'));
    }
    socket.fire('connect');
    socket.fire('disconnect', 'transport close');
    await vi.advanceTimersByTimeAsync(1000);
    expect(socket.connects, 'soon again, after a connection that was there').toBe(7);
  });

  it('stays open over a change of pages and closes after the last user', async () => {
    const { connection, socket, release } = await opened();
    socket.fire('connect');
    release();
    const releaseNext = connection.acquire();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.disconnects).toBe(0);
    releaseNext();
    releaseNext();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.disconnects).toBe(1);
    expect(connection.current()).toEqual({ kind: 'off' });
  });

  it('asks nothing over a closed socket', async () => {
    const { connection, socket } = await opened();
    const payload = { projectId: '01890000-0000-7000-8000-000000000000' };
    await expect(connection.ask('builds:subscribe', payload)).resolves.toBeNull();
    socket.fire('connect');
    await expect(connection.ask('builds:subscribe', payload)).resolves.toEqual({ ok: true });
    socket.fire('disconnect', 'transport close');
    expect(connection.current()).toEqual({ kind: 'polling', reason: 'the connection was cut' });
  });

  it('does not wait for the answer to what it asked over a connection that was lost or fell silent', async () => {
    const { connection, socket } = await opened();
    const payload = { projectId: '01890000-0000-7000-8000-000000000000' };
    socket.emit = () => undefined;
    socket.fire('connect');
    const lost = connection.ask('builds:subscribe', payload);
    socket.fire('disconnect', 'transport close');
    await expect(lost).resolves.toBeNull();
    socket.fire('connect');
    const silent = connection.ask('builds:subscribe', payload);
    await vi.advanceTimersByTimeAsync(5000);
    await expect(silent).resolves.toBeNull();
  });

  it('hands events to a listener until it leaves', async () => {
    const socket = new FakeSocket();
    const connection = new LiveConnection(() => socket);
    const seen = vi.fn();
    const off = connection.on('log:lagging', seen);
    connection.acquire();
    await vi.advanceTimersByTimeAsync(0);
    socket.fire('log:lagging', { buildId: 'b', attempt: 1 });
    off();
    socket.fire('log:lagging', { buildId: 'b', attempt: 1 });
    expect(seen).toHaveBeenCalledTimes(1);
  });
});
