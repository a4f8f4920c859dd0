import { describe, expect, it } from 'vitest';
import { cacheBenchmarks } from './cache/cache.js';
import { crowdBenchmarks } from './crowd/crowd.js';
import { fanoutBenchmarks } from './fanout/fanout.js';
import { goals } from './goals.js';
import { historyBenchmarks } from './history/history.js';
import { intakeBenchmarks } from './intake/intake.js';
import { logBenchmarks } from './log/log.js';
import { neighbourBenchmarks } from './neighbour/neighbour.js';
import { roadBenchmarks } from './road/road.js';
import { webBenchmarks } from './web/web.js';

describe('goals', () => {
  it('belong each to one finding of a benchmark that exists', () => {
    const ids = goals.map((goal) => goal.id);
    expect(new Set(ids).size).toBe(ids.length);
    const suites = [
      roadBenchmarks,
      webBenchmarks,
      cacheBenchmarks,
      neighbourBenchmarks,
      crowdBenchmarks,
      intakeBenchmarks,
      historyBenchmarks,
      fanoutBenchmarks,
      logBenchmarks,
    ];
    const known = suites.flat().map(({ id }) => id);
    expect(ids.filter((id) => !known.includes(id.split('/')[0]!))).toEqual([]);
  });
});
