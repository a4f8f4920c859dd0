import { BuildFailure, lostInOwnWork } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { EngineLosses } from './engine-losses.js';

const inOwnWork = () => new BuildFailure('EngineUnavailable', lostInOwnWork);
const inSteps = () => new BuildFailure('EngineUnavailable', 'The connection to the builder was lost.');

/** A build in the engine until it ends as it is told to. */
function build(losses: EngineLosses) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = new AbortController();
  const run = losses.during(stop.signal, () => promise).catch((error: unknown) => error);
  const lose = async (failure: BuildFailure) => {
    reject(failure);
    expect(await run).toBe(failure);
    return losses.company(failure);
  };
  const cancel = async () => {
    stop.abort();
    reject(new BuildFailure('EngineUnavailable', 'The build was stopped.'));
    await run;
  };
  return { lose, cancel, end: () => resolve() };
}

describe('R8-C4 a lost engine', () => {
  it('has one suspect when it worked for one build, whichever build notices the loss first', async () => {
    for (const order of [0, 1]) {
      const losses = new EngineLosses();
      const [reads, steps, other] = [build(losses), build(losses), build(losses)];
      const turns = [() => reads.lose(inOwnWork()), () => steps.lose(inSteps())];
      const [first, second] = [turns[order]!(), turns[1 - order]!()];
      other.end();
      const [ofReads, ofSteps] = order === 0 ? [first, second] : [second, first];
      expect(await ofReads).toEqual({ others: 2, isOnlySuspect: true });
      expect(await ofSteps).toEqual({ others: 2, isOnlySuspect: false });
    }
  });

  it('has no only suspect when it worked for two builds', async () => {
    const losses = new EngineLosses();
    const [one, two] = [build(losses), build(losses)];
    const company = { others: 1, isOnlySuspect: false };
    expect(await Promise.all([one.lose(inOwnWork()), two.lose(inOwnWork())])).toEqual([company, company]);
  });

  it.each(['before', 'when'] as const)(
    'has no only suspect when a build was canceled %s the engine ended',
    async (moment) => {
      const losses = new EngineLosses();
      const [reads, canceled] = [build(losses), build(losses)];
      if (moment === 'before') await canceled.cancel();
      const company = reads.lose(inOwnWork());
      await canceled.cancel();
      expect(await company).toMatchObject({ isOnlySuspect: false });
    },
  );

  it('is waited for no longer than a moment when another build goes on', async () => {
    const losses = new EngineLosses(() => false, 0);
    const [first, goesOn] = [build(losses), build(losses)];
    expect(await first.lose(inOwnWork())).toEqual({ others: 1, isOnlySuspect: true });
    expect(await goesOn.lose(inOwnWork())).toEqual({ others: 0, isOnlySuspect: true });
  });

  it('R10-C3 has no suspect where this builder had it ended', async () => {
    const losses = new EngineLosses(() => true);
    const [reads] = [build(losses), build(losses)];
    expect(await reads.lose(inOwnWork())).toEqual({ others: 1, isOnlySuspect: false });
  });

  it('has no suspect in a build that ends otherwise', async () => {
    const losses = new EngineLosses();
    const [fails] = [build(losses), build(losses)];
    const alone = { others: 0, isOnlySuspect: false };
    expect(await fails.lose(new BuildFailure('StepFailed', 'No.'))).toEqual(alone);
    expect(await losses.company(inSteps())).toEqual(alone);
    expect(await losses.company(inOwnWork())).toEqual({ others: 0, isOnlySuspect: true });
  });
});
