import type { Benchmark } from '../benchmark.js';
import { logFanout } from './benchmark.js';

export const fanoutBenchmarks: readonly Benchmark[] = [logFanout];
