import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../../checkout.ts';
import { writeAtomic } from '../../files/atomic-file.ts';

/** The same for the engines of `docker-compose.yml`. */
export const STEP_RUNTIME = path.join(CHECKOUT, 'deploy/buildkit/step-runtime.sh');
/** The hook beside it, which the runtime calls when a step has its network. */
export const STEP_NETWORK = path.join(CHECKOUT, 'deploy/buildkit/step-network.sh');

/** Absolute paths of what both call. */
export interface StepPrograms {
  readonly runc: string;
  readonly ip: string;
}

/**
 * Writes the program that takes from a step what leads to its engine or to other steps, and becomes runc, and its hook. They are copies:
 * the engine that runs keeps its own. An engine finds the program by its name.
 * @returns its absolute path
 */
export function writeStepRuntime(folder: string, { runc, ip }: StepPrograms): string {
  const file = path.join(folder, 'runc');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeProgram(path.join(folder, path.basename(STEP_NETWORK)), 'STEP_IP', ip, STEP_NETWORK);
  writeProgram(file, 'STEP_RUNC', runc, STEP_RUNTIME);
  return file;
}

function writeProgram(file: string, variable: string, value: string, source: string): void {
  const quoted = value.replaceAll("'", "'\\''");
  writeAtomic(file, `#!/bin/sh\nexport ${variable}='${quoted}'\n${readFileSync(source, 'utf8')}`, 0o700);
}
