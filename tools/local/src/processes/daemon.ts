import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson } from '../files/atomic-file.ts';
import { LauncherError } from '../output.ts';
import { describeHolder, listenerAt, ownsListener } from './listeners.ts';
import {
  identify,
  isAlive,
  orphansOf,
  type ProcessIdentity,
  readPidFile,
  signal,
  writePidFile,
} from './process-identity.ts';

const POLL_MS = 25;
const LOG_TAIL_BYTES = 1500;
const ORPHAN_ENDS_WITHIN_MS = 5000;
const KILLED_WITHIN_MS = 5000;

export interface DaemonSpec {
  readonly name: string;
  readonly program: string;
  readonly parameters: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly pidFile: string;
  readonly logFile: string;
  /** Of `oomScores`: what is started later inherits it. */
  readonly oomScore?: number;
  /** Of 127.0.0.1, where it listens to one: whether it is ready is asked of nobody else who listens there. */
  readonly port?: number;
  /** Asked again and again after the start until it answers true. */
  readonly isReady: (pid: number) => Promise<boolean>;
  readonly readyWithinMs: number;
  readonly stopSignal: NodeJS.Signals;
  /** After this long a stop becomes a kill. */
  readonly stopWithinMs: number;
}

/**
 * A program that outlives the launcher when that is killed: its process id is on disk, so that the next launcher can
 * adopt or end it. It writes into a log file and belongs to a session of its own, out of reach of the terminal's Ctrl-C.
 */
export class Daemon {
  readonly spec: DaemonSpec;
  private child: ChildProcess | undefined;

  constructor(spec: DaemonSpec) {
    this.spec = spec;
  }

  running(): ProcessIdentity | undefined {
    return readPidFile(this.spec.pidFile);
  }

  /** @throws {LauncherError} with the end of its log when it ends or does not get ready in time. */
  async start(): Promise<ProcessIdentity> {
    const { spec } = this;
    const logStart = statSync(spec.logFile, { throwIfNoEntry: false })?.size ?? 0;
    const identity = this.spawn();
    const deadline = Date.now() + spec.readyWithinMs;
    while (identity && isAlive(identity) && Date.now() < deadline) {
      if (await this.isReady(identity)) return identity;
      await sleep(POLL_MS);
    }
    const problem =
      identity && isAlive(identity) ? `was not ready after ${spec.readyWithinMs / 1000} s` : 'ended at its start';
    await this.stop();
    throw new LauncherError(
      `${spec.name} ${problem}.${this.portTaken()} Its log ${spec.logFile} ends with:\n${this.logTail(logStart)}`,
    );
  }

  /** Another one at its port is not asked: it could answer anything, and would be sent passwords. */
  async isReady({ pid }: ProcessIdentity): Promise<boolean> {
    const { port, isReady } = this.spec;
    return (port === undefined || ownsListener(pid, port)) && isReady(pid);
  }

  /** Resolves when the process that this object started has ended; at once when it started none. */
  async ended(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    await new Promise<void>((resolve) => child.once('exit', () => resolve()));
  }

  /** @returns how many processes it had left running that were ended too */
  async stop(): Promise<number> {
    const { pidFile, stopSignal, stopWithinMs } = this.spec;
    const { orphans } = await endNoted(pidFile, stopSignal, stopWithinMs);
    return orphans;
  }

  /** @returns undefined where it has ended already: a port that is taken is found at once */
  private spawn(): ProcessIdentity | undefined {
    const { spec } = this;
    mkdirSync(path.dirname(spec.logFile), { recursive: true });
    const log = openSync(spec.logFile, 'a', 0o600);
    const child = spawn(spec.program, spec.parameters, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.on('error', () => {});
    child.unref();
    this.child = child;
    if (child.pid === undefined)
      throw new LauncherError(`${spec.name} could not be started: ${spec.program}\n${this.logTail(0)}`);
    const identity = identify(child.pid);
    if (!identity) return undefined;
    writePidFile(spec.pidFile, identity);
    if (spec.oomScore !== undefined) setOomScore(identity.pid, spec.oomScore);
    return identity;
  }

  /** What it has not started, and what listens at its port all the same. */
  private portTaken(): string {
    const { port } = this.spec;
    const listener = port === undefined ? undefined : listenerAt(port);
    if (!listener) return '';
    return ` Its port ${port} of 127.0.0.1 is taken by ${describeHolder(listener)}: end that, or start again to get another port.`;
  }

  private logTail(from: number): string {
    if (!existsSync(this.spec.logFile)) return '(empty)';
    return readFileSync(this.spec.logFile).subarray(from).subarray(-LOG_TAIL_BYTES).toString().trim() || '(empty)';
  }
}

function setOomScore(pid: number, score: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(score));
  } catch {
    // It has ended already, which its start tells.
  }
}

/** What was found running and is ended now. */
export interface Ended {
  /** Process id of the one that the file named, where it still ran. */
  readonly pid: number | undefined;
  /** Processes that it had left running in its session. */
  readonly orphans: number;
}

/** Ends the process that a pid file names, and what it left running in its session. */
export async function endNoted(pidFile: string, stopSignal: NodeJS.Signals, withinMs: number): Promise<Ended> {
  const noted = readJson<ProcessIdentity>(pidFile);
  let ended: Ended = { pid: undefined, orphans: 0 };
  if (noted) {
    const wasAlive = isAlive(noted);
    await endProcess(noted, stopSignal, withinMs);
    const orphans = orphansOf(noted);
    for (const orphan of orphans) await endProcess(orphan, 'SIGTERM', ORPHAN_ENDS_WITHIN_MS);
    ended = { pid: wasAlive ? noted.pid : undefined, orphans: orphans.length };
  }
  rmSync(pidFile, { force: true });
  return ended;
}

/** Ends the process that a pid file names at once, and what it left running in its session. The file stays, for who starts it again. */
export async function killNoted(pidFile: string): Promise<void> {
  const noted = readPidFile(pidFile);
  if (!noted) return;
  await endProcess(noted, 'SIGKILL', KILLED_WITHIN_MS);
  for (const orphan of orphansOf(noted)) await endProcess(orphan, 'SIGKILL', KILLED_WITHIN_MS);
}

/** Asks a process to end, and kills it when it has not after `withinMs`. */
export async function endProcess(
  identity: ProcessIdentity,
  stopSignal: NodeJS.Signals,
  withinMs: number,
): Promise<void> {
  signal(identity, stopSignal);
  if (await endsWithin(identity, withinMs)) return;
  signal(identity, 'SIGKILL');
  await endsWithin(identity, withinMs);
}

async function endsWithin(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isAlive(identity)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
