import type { Benchmark } from '../benchmark.js';
import { neighbourBenchmark } from './benchmark.js';
import { hogs } from './hogs.js';

/** What builds do to one another, in the order in which they run. */
export const neighbourBenchmarks: readonly Benchmark[] = hogs.map(neighbourBenchmark);
