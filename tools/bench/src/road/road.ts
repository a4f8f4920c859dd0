import type { Benchmark } from '../benchmark.js';
import { webhookToTag } from './p1/benchmark.js';

/** The benchmarks of the road, in the order in which they run. */
export const roadBenchmarks: readonly Benchmark[] = [webhookToTag];
