import type { Benchmark } from '../benchmark.js';
import { webhookIntake } from './benchmark.js';

export const intakeBenchmarks: readonly Benchmark[] = [webhookIntake];
