import { EngineHouse, type Guest } from '../src/builder/run-build/engine-house.js';

export const ours: Guest = { id: '1', organizationId: 'a', zone: 'protected' };
export const fork: Guest = { id: '2', organizationId: 'a', zone: 'fork' };
export const never = new AbortController().signal;
export const nothing = async () => {};
/** Of an engine that ends what it should. */
export const calm = { enter: () => () => {}, ask: async () => false, another: nothing, isEnding: false };

export function house(lane: 'trusted' | 'strangers', wipe: () => Promise<void> = nothing) {
  const seen = { wiped: 0 };
  const engine = {
    wipe: async () => {
      seen.wiped++;
      await wipe();
    },
  };
  const own = new EngineHouse(engine, lane, calm, undefined, undefined, 0);
  const build = (guest: Guest, work: () => Promise<void> = nothing, signal = never) => own.build(guest, signal, work);
  const exports = (guest: Guest, work: (signal: AbortSignal) => Promise<void> = nothing) =>
    own.afterwards(guest, never, work);
  return { build, exports, own, seen };
}

export const turn = () => new Promise((done) => setImmediate(done));

/** Work that ends when it is told to. */
export function slow() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, end: resolve };
}
