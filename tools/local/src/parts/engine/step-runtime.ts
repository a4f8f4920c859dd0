import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../../checkout.ts';
import { writeAtomic } from '../../files/atomic-file.ts';

/** The same for the engines of `docker-compose.yml`. */
export const STEP_RUNTIME = path.join(CHECKOUT, 'deploy/buildkit/step-runtime.sh');

/**
 * Writes the program that takes from a step what leads to its engine or to other steps, and becomes runc. It is a copy: the
 * engine that runs keeps its own. An engine finds it by its name.
 * @returns its absolute path
 */
export function writeStepRuntime(folder: string, runc: string): string {
  const file = path.join(folder, 'runc');
  const quoted = runc.replaceAll("'", "'\\''");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeAtomic(file, `#!/bin/sh\nexport STEP_RUNC='${quoted}'\n${readFileSync(STEP_RUNTIME, 'utf8')}`, 0o700);
  return file;
}
