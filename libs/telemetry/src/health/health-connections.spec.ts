import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HealthConnections, usualLimits } from './health-connections.js';

const [inside, hostile, honest] = ['127.0.0.1', '172.20.0.7', '172.20.0.9'];

class Connection extends EventEmitter {
  destroyed = false;

  constructor(readonly remoteAddress: string | undefined) {
    super();
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

let connections: HealthConnections;
beforeEach(() => {
  vi.useFakeTimers();
  connections = new HealthConnections(usualLimits);
});
afterEach(() => vi.useRealTimers());

function open(address: string | undefined, count = 1): Connection[] {
  return Array.from({ length: count }, () => {
    const connection = new Connection(address);
    connections.add(connection);
    return connection;
  });
}
const kept = (all: readonly Connection[]) => all.filter(({ destroyed }) => !destroyed).length;

describe('R20C-5 connections to the health port', () => {
  it.each([inside, '127.8.8.8', '::1', '::ffff:127.0.0.1'])('of %s have places that nobody else takes', (own) => {
    const others = Array.from({ length: 100 }, (_, at) => open(`172.20.0.${at}`)).flat();
    const first = open(own);
    others.push(...open(hostile, 1_000));
    expect([kept(first), kept(others), kept(open(own))]).toEqual([1, 48, 1]);
  });

  it('are few, and the oldest one of the address with the most gives way', () => {
    const theirs = open(honest, 2);
    const many = open(hostile, 1_000);
    theirs.push(...open(honest, 2));
    expect([kept(theirs), kept(many)]).toEqual([4, 44]);
    expect(kept(many.slice(-44))).toBe(44);
    const own = open(inside, 1_000);
    expect([kept(own), kept(own.slice(-16))]).toEqual([16, 16]);
  });

  it('end in time, and leave nothing', () => {
    const all = [...open(hostile, 10), ...open(inside, 10)];
    vi.advanceTimersByTime(usualLimits.connectionMs - 1);
    expect(kept(all)).toBe(20);
    all[0]!.destroy();
    vi.advanceTimersByTime(1);
    expect([kept(all), vi.getTimerCount()]).toEqual([0, 0]);
    expect(kept(open(hostile, 48))).toBe(48);
  });

  it('that have closed already end', () => {
    expect(kept(open(undefined))).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
