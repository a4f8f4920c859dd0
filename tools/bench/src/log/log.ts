import type { Benchmark } from '../benchmark.js';
import { logArchive } from './benchmark.js';

export const logBenchmarks: readonly Benchmark[] = [logArchive];
