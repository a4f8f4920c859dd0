import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LauncherError } from '../../output.ts';
import { Daemon, endProcess } from '../../processes/daemon.ts';
import { ownsListener } from '../../processes/listeners.ts';
import { readPidFile } from '../../processes/process-identity.ts';
import type { Instance } from '../instance.ts';
import type { Part, PostgresAddress } from '../part.ts';
import { completeBinaries, findBinaries, type PostgresBinaries } from './binaries.ts';
import { ADMIN, ensureDataFolder } from './data-folder.ts';
import { answersQueries } from './postgres-probe.ts';
import { PostmasterFile } from './postmaster-file.ts';
import { type Runner, unprivilegedRunner } from './unprivileged.ts';

const LONGEST_SOCKET_FOLDER = 90;
/** Children of a killed server hold its shared memory for about a second. */
const RETRIES = 24;
const RETRY_MS = 250;

/**
 * `docker-compose.yml` has the same. Builders have three of ten connections (`prisma/roles.sql`). The table of locks lasts for what a builder takes until
 * control ends it, and whoever has not said a password yet has a connection too (docs/adr/0035).
 */
export const serverSettings = ['max_connections=200', 'max_locks_per_transaction=1024', 'authentication_timeout=10s'];

/** PostgreSQL from the npm package's binaries: passwords, loopback, durable writes. */
export class EmbeddedPostgres implements Part<PostgresAddress> {
  readonly name = 'PostgreSQL';
  private readonly instance: Instance;
  private readonly data: string;
  private readonly postmaster: PostmasterFile;

  constructor(instance: Instance) {
    this.instance = instance;
    this.data = instance.file('postgres');
    this.postmaster = new PostmasterFile(this.data);
  }

  async start(): Promise<PostgresAddress> {
    const known = this.instance.ports.known('postgres');
    if (known !== undefined && this.listensAt(known) && (await answersQueries(this.url(known))))
      return { adminUrl: this.url(known) };
    await this.stop();
    const binaries = findBinaries();
    if (!binaries) throw new LauncherError('there is no PostgreSQL package for this machine: set DATABASE_URL');
    await completeBinaries();
    const runner = await unprivilegedRunner();
    await ensureDataFolder(this.data, this.password(), binaries, runner);
    const port = await this.instance.ports.free('postgres');
    await this.startWithRetries(this.daemon(port, binaries, runner));
    return { adminUrl: this.url(port) };
  }

  async stop(): Promise<void> {
    const server = this.postmaster.server();
    if (server) await endProcess(server, 'SIGINT', 15_000);
    this.postmaster.removeStale();
    rmSync(this.instance.pidFile('postgres'), { force: true });
  }

  async isRunning(): Promise<boolean> {
    return this.postmaster.server() !== undefined;
  }

  /** The number in its own file may be that of another process by now; ours has the time of its start too. */
  private listensAt(port: number): boolean {
    const running = readPidFile(this.instance.pidFile('postgres'));
    return running !== undefined && this.postmaster.server()?.pid === running.pid && ownsListener(running.pid, port);
  }

  private async startWithRetries(daemon: Daemon): Promise<void> {
    for (let retry = 0; ; retry++) {
      try {
        await daemon.start();
        return;
      } catch (error) {
        const leftover = error instanceof LauncherError && /shared memory|postmaster\.pid/.test(error.message);
        if (!leftover || retry === RETRIES) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  private daemon(port: number, binaries: PostgresBinaries, runner: Runner | undefined): Daemon {
    const parameters = ['-D', this.data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'];
    const socketFolder = this.data.length <= LONGEST_SOCKET_FOLDER ? this.data : '';
    for (const setting of [`unix_socket_directories=${socketFolder}`, ...serverSettings])
      parameters.push('-c', setting);
    return new Daemon({
      name: this.name,
      program: runner?.program ?? binaries.postgres,
      parameters: runner ? [...runner.parameters, binaries.postgres, ...parameters] : parameters,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      pidFile: this.instance.pidFile('postgres'),
      logFile: this.instance.logFile('postgres'),
      port,
      isReady: async (pid) => this.postmaster.saysReady(pid),
      readyWithinMs: 60_000,
      // "Fast" shutdown: open transactions are rolled back, everything is written.
      stopSignal: 'SIGINT',
      stopWithinMs: 15_000,
    });
  }

  private password(): string {
    return this.instance.secrets.secret('postgres', 24);
  }

  private url(port: number): string {
    return `postgresql://${ADMIN}:${this.password()}@127.0.0.1:${port}/postgres`;
  }
}
