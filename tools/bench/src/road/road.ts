import type { Benchmark } from '../benchmark.js';
import { referenceDemo } from './demo/benchmark.js';
import { webhookToTag } from './p1/benchmark.js';
import { deliveryToClaim } from './p2/benchmark.js';
import { lineToViewer } from './p4/benchmark.js';
import { inProcessSigning } from './p11/benchmark.js';

/** The benchmarks of the road, in the order in which they run. */
export const roadBenchmarks: readonly Benchmark[] = [
  webhookToTag,
  deliveryToClaim,
  lineToViewer,
  inProcessSigning,
  referenceDemo,
];
