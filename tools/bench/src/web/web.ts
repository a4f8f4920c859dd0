import type { Benchmark } from '../benchmark.js';
import { longLog } from './p7/benchmark.js';
import { routeWeights } from './p9/benchmark.js';

/** The benchmarks of the dashboard, in the order in which they run. */
export const webBenchmarks: readonly Benchmark[] = [routeWeights, longLog];
