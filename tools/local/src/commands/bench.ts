import { spawn } from 'node:child_process';
import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { interruptSignal } from '../processes/interrupt.ts';
import { buildApplications } from '../system/build-applications.ts';
import { testEnvironment } from '../test-run/checks.ts';
import { clearAbandonedRuns, createRunFolder, removeRunFolder } from '../test-run/run-folder.ts';
import { TestServiceSet } from '../test-services/test-services.ts';

const BENCH = path.join(CHECKOUT, 'tools/bench/dist/main.js');

/** `./cooperage bench road [option…]`: benchmarks, on services of their own that start empty and are stopped. */
export async function bench(parameters: readonly string[]): Promise<number> {
  const signal = interruptSignal();
  await clearAbandonedRuns();
  await buildApplications(signal);
  const folder = createRunFolder();
  const services = await TestServiceSet.open(folder);
  try {
    return await measure(parameters, await services.start(), signal);
  } finally {
    await services.stop();
    removeRunFolder(folder);
  }
}

/** Whatever it prints is shown as it comes; at an interrupt it ends what it has started, and is waited for. */
function measure(parameters: readonly string[], servicesFile: string, signal: AbortSignal): Promise<number> {
  const env = { ...testEnvironment(), COOPERAGE_TEST_SERVICES: servicesFile };
  const child = spawn(process.execPath, ['--enable-source-maps', BENCH, ...parameters], { env, stdio: 'inherit' });
  const interrupt = () => child.kill('SIGTERM');
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
