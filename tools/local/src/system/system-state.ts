import path from 'node:path';
import { STATE } from '../checkout.ts';
import { readJson, writeJson } from '../files/atomic-file.ts';
import { isAlive, type ProcessIdentity } from '../processes/process-identity.ts';

const STATE_FILE = path.join(STATE, 'state.json');

/** What `./cooperage status --json` prints for other programs. Addresses are kept while nothing runs. */
export interface SystemReport {
  /** The dashboard. */
  readonly web: string;
  /** Base of the REST interface. */
  readonly api: string;
  /** `host:port` in image references. */
  readonly registry: string;
  /** Base of the clone addresses. */
  readonly git: string;
  /** Reference with digest of the newest image, null before the first. */
  readonly image: string | null;
  /** The stock cosign, null where there is none. */
  readonly cosign: string | null;
  /** Full argument arrays, the program first, that verify that image. */
  readonly verify: { readonly image: readonly string[]; readonly attestation: readonly string[] } | null;
}

export interface SystemState extends SystemReport {
  /** Names of parts and processes that have ended and are being started again. */
  readonly away: readonly string[];
  readonly launcher: ProcessIdentity;
  readonly startedAt: string;
  readonly phase: 'starting' | 'running' | 'running after a failed first push';
}

export function writeState(state: SystemState): void {
  writeJson(STATE_FILE, state);
}

export function readState(): SystemState | undefined {
  return readJson<SystemState>(STATE_FILE);
}

/** @returns the state of a launcher that runs now. */
export function runningState(): SystemState | undefined {
  const state = readState();
  // A launcher from before an update says nothing of what is away.
  return state && isAlive(state.launcher) ? { ...state, away: state.away ?? [] } : undefined;
}
