import type { Benchmark } from '../benchmark.js';
import { webhookIntake } from './benchmark.js';
import { evaluationOfBurst } from './evaluation.js';

/** The second one stops control, and sends pushes of commits that no repository has. */
export const intakeBenchmarks: readonly Benchmark[] = [evaluationOfBurst, webhookIntake];
