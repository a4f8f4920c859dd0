import { cacheBackends } from '@cooperage/domain';
import type { Benchmark } from '../benchmark.js';
import { backendBenchmark } from './backend/benchmark.js';
import { costOfExport } from './export/benchmark.js';
import { costOfIsolation } from './isolation/benchmark.js';

/** The benchmarks of the cache, in the order in which they run. */
export const cacheBenchmarks: readonly Benchmark[] = [
  ...cacheBackends.map(backendBenchmark),
  costOfExport,
  costOfIsolation,
];
