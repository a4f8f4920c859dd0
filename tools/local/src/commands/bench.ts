import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { interruptSignal } from '../processes/interrupt.ts';
import { buildApplications } from '../system/build-applications.ts';
import { clearAbandonedRuns, createRunFolder, removeRunFolder } from '../test-run/run-folder.ts';
import { TestServiceSet } from '../test-services/test-services.ts';
import { runOnServices } from './run-on-services.ts';

const BENCH = path.join(CHECKOUT, 'tools/bench/dist/main.js');

/** `./cooperage bench SUITE [option…]`: benchmarks (road, web, cache, neighbour, crowd, intake, fanout, log, history), on services of their own that start empty and are stopped. */
export async function bench(parameters: readonly string[]): Promise<number> {
  const signal = interruptSignal();
  await clearAbandonedRuns();
  await buildApplications(signal);
  const folder = createRunFolder();
  const services = await TestServiceSet.open(folder);
  try {
    return await runOnServices(BENCH, parameters, await services.start(), signal);
  } finally {
    await services.stop();
    removeRunFolder(folder);
  }
}
