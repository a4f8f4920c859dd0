import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { STATE } from '../checkout.ts';
import { say } from '../output.ts';
import { endNoted } from '../processes/daemon.ts';
import { identify, readPidFile, writePidFile } from '../processes/process-identity.ts';
import { TestServiceSet } from '../test-services/test-services.ts';
import { suitePidFile } from './vitest-suite.ts';

const RUNS = path.join(STATE, 'test-runs');
const OWNER = 'owner.json';
const ENDS_WITHIN_MS = 10_000;

/** A folder for one test run: its services start empty and leave nothing. */
export function createRunFolder(): string {
  mkdirSync(RUNS, { recursive: true });
  const folder = mkdtempSync(path.join(RUNS, 'run-'));
  const owner = identify(process.pid);
  if (owner) writePidFile(path.join(folder, OWNER), owner);
  return folder;
}

export function removeRunFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Ends what test runs that were killed left running, and removes their folders. */
export async function clearAbandonedRuns(): Promise<void> {
  const names = existsSync(RUNS) ? readdirSync(RUNS) : [];
  for (const folder of names.map((name) => path.join(RUNS, name))) {
    if (readPidFile(path.join(folder, OWNER))) continue;
    say('· clearing away what a killed test run left');
    await endNoted(suitePidFile(folder), 'SIGTERM', ENDS_WITHIN_MS);
    await (await TestServiceSet.open(folder)).stop();
    removeRunFolder(folder);
  }
}
