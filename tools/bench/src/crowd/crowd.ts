import type { Benchmark } from '../benchmark.js';
import { crowdBenchmark } from './benchmark.js';

/** What many tenants do to one another, in the order in which they run. */
export const crowdBenchmarks: readonly Benchmark[] = [crowdBenchmark];
