import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from '@cooperage/config';
import { newId, type ProcessRepository } from '@cooperage/db';
import { blockedLoopSignal, type Logger } from '@cooperage/telemetry';
import { endLeftOvers } from './left-over.js';

const firstPauseMs = 100;
const longestPauseMs = 10_000;
const stopTimeoutMs = 20_000;

/** Keeps one child process running, and tells the database of each death that it has seen. */
export class Supervisor {
  private child: ChildProcess | undefined;
  private readonly stopping = new AbortController();
  private blockedLoops = 0;

  constructor(
    private readonly role: 'builder' | 'control',
    private readonly processes: ProcessRepository,
    private readonly logger: Logger,
    /** What the database knows a builder by, and so also its parent. */
    private readonly instanceKey: string | null = null,
    private readonly script = path.join(import.meta.dirname, '..', `main.${role}.js`),
  ) {}

  /** Resolves when `stop` was called and the child has ended. */
  async run(): Promise<void> {
    await this.endLeftOvers();
    let pauseMs = firstPauseMs;
    while (!this.stopping.signal.aborted) {
      const hadStarted = await this.live(newId());
      // Only a child that does not even get up is started more and more slowly.
      if (hadStarted) pauseMs = firstPauseMs;
      await sleep(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  /** Asks the child to end in order, and ends it by force when it does not. */
  stop(): void {
    this.stopping.abort();
    const { child } = this;
    child?.kill('SIGTERM');
    setTimeout(() => child?.kill('SIGKILL'), stopTimeoutMs).unref();
  }

  /** Also while the database is away this goes on: a child that was left ends with its channel. */
  private async endLeftOvers(): Promise<void> {
    try {
      await endLeftOvers(this.role, this.processes, this.logger);
    } catch (error) {
      this.logger.warn({ err: error, role: this.role }, 'what an earlier supervisor left could not be looked for');
    }
  }

  /** One life of the child, from its start to the note of its death; whether it ever got up. */
  private async live(instanceId: string): Promise<boolean> {
    const child = spawn(process.execPath, ['--enable-source-maps', this.script], {
      // The channel ends with this process, and the child with the channel.
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: childEnvironment(this.role, {
        COOPERAGE_INSTANCE_ID: instanceId,
        COOPERAGE_BLOCKED_LOOPS: String(this.blockedLoops),
        ...(this.instanceKey !== null && { COOPERAGE_INSTANCE_KEY: this.instanceKey }),
      }),
    });
    this.child = child;
    const ending = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    });
    this.logger[this.stopping.signal.aborted ? 'info' : 'error'](
      { role: this.role, instanceId, ending },
      'the child has ended',
    );
    if (ending === blockedLoopSignal) this.noteBlockedLoop(instanceId);
    return this.noteDeath(instanceId);
  }

  /** Its own guard has ended it, and the log of the child says how long it was blocked. */
  private noteBlockedLoop(instanceId: string): void {
    this.blockedLoops += 1;
    const { role, blockedLoops } = this;
    this.logger.error({ role, instanceId, blockedLoops }, 'the child was ended because its event loop was blocked');
  }

  /** Until the database has taken it: leases and tenures of the dead process are given on by this word. */
  private async noteDeath(instanceId: string): Promise<boolean> {
    for (;;) {
      try {
        return await this.processes.end(instanceId, 'exited');
      } catch (error) {
        this.logger.warn({ err: error, instanceId }, 'the death of a process could not be noted yet');
        if (this.stopping.signal.aborted) return false;
        await sleep(500, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }
}
