import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKOUT, STATE } from '../checkout.ts';
import { LauncherError, say } from '../output.ts';
import { identify, isAlive } from '../processes/process-identity.ts';
import { runningState, type SystemState } from './system-state.ts';

const POLL_MS = 200;

/** Runs `./cooperage up` as a process of its own, shows what it says, and returns when everything runs, or at its end. */
export async function startDetached(strangers: boolean): Promise<number> {
  const logFile = path.join(STATE, 'logs/up.log');
  mkdirSync(path.dirname(logFile), { recursive: true });
  writeFileSync(logFile, '', { mode: 0o600 });
  // At its end, so that whoever cuts it leaves no hole.
  const log = openSync(logFile, 'a', 0o600);
  const parameters = [
    ...process.execArgv,
    path.join(CHECKOUT, 'tools/local/src/main.ts'),
    'up',
    '--background',
    ...(strangers ? ['--strangers'] : []),
  ];
  const child = spawn(process.execPath, parameters, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (!identity) throw new LauncherError('the launcher could not be started in the background');
  for (let shown = 0; ; ) {
    const text = readFileSync(logFile, 'utf8');
    if (text.length > shown) process.stderr.write(text.slice(shown));
    shown = text.length;
    const state = runningState();
    if (state?.launcher.pid === identity.pid && state.phase !== 'starting') return settled(state);
    if (!isAlive(identity)) throw new LauncherError(`it has ended; the whole log is ${logFile}`);
    await sleep(POLL_MS);
  }
}

function settled({ phase }: SystemState): number {
  say('· it runs in the background; ./cooperage down stops it');
  return phase === 'running' ? 0 : 1;
}
