import type { Benchmark } from '../benchmark.js';
import { buildHistory } from './benchmark.js';

export const historyBenchmarks: readonly Benchmark[] = [buildHistory];
