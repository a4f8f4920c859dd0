import type { Benchmark } from '../benchmark.js';
import { neighbourBenchmark } from './benchmark.js';
import { computing, hogs } from './hogs.js';

/** What builds do to one another, in the order in which they run. */
export const neighbourBenchmarks: readonly Benchmark[] = [computing, ...hogs].map(neighbourBenchmark);
