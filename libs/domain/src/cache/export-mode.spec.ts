import { describe, expect, it } from 'vitest';
import { chooseMode, type ExportMode, type ModeSample, modeNumbers, modeViews } from './export-mode.js';

const sample = (mode: ExportMode, change: Partial<ModeSample> = {}): ModeSample => ({
  ...{ mode, explored: false, isMain: true, savedMs: 20_000, importMs: 500 },
  ...{ exportMs: mode === 'none' ? 0 : mode === 'min' ? 2_000 : 8_000, exportBytes: mode === 'none' ? null : 1_000 },
  ...change,
});
const many = (count: number, mode: ExportMode, change: Partial<ModeSample> = {}) =>
  Array.from({ length: count }, () => sample(mode, change));

describe('what a mode is worth', () => {
  it('is what the next build saved, less what it cost itself', () => {
    // The newest first: the build after `min` saved little, the one after `max` much.
    const numbers = modeNumbers([
      sample('max', { savedMs: 1_000 }),
      sample('min', { savedMs: 30_000 }),
      sample('max', { savedMs: 0 }),
    ]);
    expect(numbers).toEqual([
      { mode: 'max', builds: 2, gainMs: 29_500, costMs: 8_000, bytes: 1_000, netMs: 21_500 },
      { mode: 'min', builds: 1, gainMs: 500, costMs: 2_000, bytes: 1_000, netMs: -1_500 },
      { mode: 'none', builds: 0, gainMs: null, costMs: 0, bytes: null, netMs: null },
    ]);
  });
});

describe('what stands behind the worth of a mode', () => {
  it('is told for the default branch and for the others', () => {
    const others = many(4, 'max', { isMain: false, savedMs: 1_000 });
    const [max] = modeViews([...others, ...many(3, 'max')]);
    expect(max).toMatchObject({ builds: 7, main: { builds: 3, netMs: 11_500 }, others: { builds: 4, netMs: -7_500 } });
  });

  it('is told for the older builds and for the newer ones, where both are enough', () => {
    const slower = many(6, 'max', { exportMs: 18_000 });
    expect(modeViews([...slower, ...many(6, 'max')])[0]!.trend).toEqual({ before: 11_500, now: 1_500 });
    expect(modeViews([...many(2, 'min'), ...many(12, 'max')])[1]!.trend).toBeNull();
    expect(modeViews([])[0]!.trend).toBeNull();
  });
});

describe('the automatic mode', () => {
  it('R22D-8 goes by the builds whose modes are some, whatever a builder wrote into others', () => {
    const odd = many(1, 'x' as ExportMode);
    for (const number of [1, 7])
      expect(chooseMode([...odd, ...many(12, 'min')], number)).toEqual(chooseMode(many(12, 'min'), number));
    expect(modeViews([...odd, ...many(12, 'min')])).toEqual(modeViews(many(12, 'min')));
  });

  it('leaves all until enough builds are known', () => {
    expect(chooseMode(many(9, 'none'), 7)).toEqual({ mode: 'max', why: 'few_builds' });
  });

  it('goes to the mode that is worth more, once it has been tried often enough', () => {
    // A single worker: its builder has everything, so the registry costs and brings nothing.
    const tried = many(3, 'none', { explored: true });
    expect(chooseMode([...many(2, 'max'), ...tried, ...many(10, 'max')], 7)).toEqual({ mode: 'none', why: 'better' });
    const twice = many(2, 'none', { explored: true });
    expect(chooseMode([...twice, ...many(10, 'max')], 7)).toEqual({ mode: 'max', why: 'keeps' });
  });

  it('comes back when what was saved is lost without it', () => {
    // Builders come and go: without the registry each begins anew.
    const lost = many(6, 'none', { savedMs: 0 });
    expect(chooseMode([...lost, sample('none'), ...many(12, 'max')], 7)).toEqual({ mode: 'max', why: 'better' });
  });

  it('keeps what it has while the difference is small', () => {
    const cheap = { exportMs: 900 };
    const samples = [...many(4, 'max', cheap), ...many(4, 'none', { explored: true }), ...many(8, 'max', cheap)];
    expect(chooseMode(samples, 7)).toEqual({ mode: 'max', why: 'keeps' });
    // Whichever it has: it does not go to and fro.
    const other = [...many(4, 'none'), ...many(4, 'max', { ...cheap, explored: true }), ...many(8, 'none')];
    expect(chooseMode(other, 7)).toEqual({ mode: 'none', why: 'keeps' });
  });

  it('tries the least known mode now and then, where there is something to win', () => {
    const trials = (samples: readonly ModeSample[]) =>
      Array.from({ length: 300 }, (_, number) => chooseMode(samples, number)).filter(({ why }) => why === 'explores');
    const dear = [...many(3, 'none', { explored: true }), ...many(20, 'max')];
    expect(trials(dear)).toHaveLength(30);
    expect(trials(dear)[0]).toEqual({ mode: 'min', why: 'explores' });
    expect(trials(many(20, 'max', { exportMs: 300 }))).toEqual([]);
    expect(trials(many(20, 'none'))).toHaveLength(30);
  });

  it('settles: over recorded rounds it spends most builds in the best mode', () => {
    const play = (worth: Readonly<Record<ExportMode, number>>) => {
      let samples: ModeSample[] = [];
      const taken: ExportMode[] = [];
      for (let number = 1; number <= 240; number++) {
        const { mode, why } = chooseMode(samples.slice(0, 60), number);
        const before = samples[0]?.mode ?? 'max';
        // Numbers of builds are never alike.
        const savedMs = worth[before] + ((number * 7919) % 1_500);
        samples = [sample(mode, { savedMs, explored: why === 'explores' }), ...samples];
        taken.push(mode);
      }
      const late = taken.slice(120);
      return (mode: ExportMode) => late.filter((each) => each === mode).length / late.length;
    };
    expect(play({ max: 60_000, min: 20_000, none: 5_000 })('max')).toBeGreaterThan(0.8);
    expect(play({ max: 30_000, min: 30_000, none: 5_000 })('min')).toBeGreaterThan(0.8);
    expect(play({ max: 10_000, min: 10_000, none: 10_000 })('none')).toBeGreaterThan(0.8);
  });
});
