import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { interruptSignal } from '../processes/interrupt.ts';
import { buildApplications } from '../system/build-applications.ts';
import { clearAbandonedRuns, createRunFolder, removeRunFolder } from '../test-run/run-folder.ts';
import { TestServiceSet } from '../test-services/test-services.ts';
import { obtainBrowser } from '../toolchain/browser.ts';
import { runOnServices } from './run-on-services.ts';

const SCREENS = path.join(CHECKOUT, 'e2e/dist/screens/main.js');

/** `./cooperage screens`: draws every page into `docs/screens`, on services of its own that start empty and are stopped. */
export async function screens(): Promise<number> {
  const signal = interruptSignal();
  await clearAbandonedRuns();
  await buildApplications(signal);
  await obtainBrowser();
  const folder = createRunFolder();
  const services = await TestServiceSet.open(folder);
  try {
    return await runOnServices(SCREENS, [], await services.start(), signal);
  } finally {
    await services.stop();
    removeRunFolder(folder);
  }
}
