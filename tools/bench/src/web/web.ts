import type { Benchmark } from '../benchmark.js';
import { longLog } from './p7/benchmark.js';
import { keyResponses } from './p9/key-response.js';
import { pagePaints } from './p9/paints.js';
import { routeWeights } from './p9/weights.js';

/** The benchmarks of the dashboard, in the order in which they run. */
export const webBenchmarks: readonly Benchmark[] = [routeWeights, pagePaints, keyResponses, longLog];
