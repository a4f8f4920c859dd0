import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { identify, type ProcessIdentity } from '../../processes/process-identity.ts';

const FILE = 'postmaster.pid';

/** `postmaster.pid` of a data folder: the process id is its first line, the state its eighth. */
export class PostmasterFile {
  private readonly dataFolder: string;

  constructor(dataFolder: string) {
    this.dataFolder = dataFolder;
  }

  /** A killed server's file still says ready, so the process has to be the one that was started. */
  saysReady(pid: number): boolean {
    const lines = this.lines();
    return Number(lines[0]) === pid && (lines[7] ?? '').startsWith('ready');
  }

  /** The server that runs on this data folder, whoever started it. */
  server(): ProcessIdentity | undefined {
    const pid = Number(this.lines()[0]);
    if (!Number.isInteger(pid) || pid <= 1) return undefined;
    return commandLine(pid).includes(this.dataFolder) ? identify(pid) : undefined;
  }

  /**
   * Removes what a server that is gone left in its data folder: `postmaster.pid`, and the lock of its socket. Each keeps the next
   * server out while the number in it is that of a process: another one that got the number, or the server itself, killed and not
   * yet reaped.
   */
  removeStale(): void {
    if (this.server() || !existsSync(this.dataFolder)) return;
    const left = readdirSync(this.dataFolder).filter((name) => name === FILE || /^\.s\.PGSQL\.\d+\.lock$/.test(name));
    for (const name of left) rmSync(path.join(this.dataFolder, name), { force: true });
  }

  private get file(): string {
    return path.join(this.dataFolder, FILE);
  }

  private lines(): string[] {
    return existsSync(this.file) ? readFileSync(this.file, 'utf8').split('\n') : [];
  }
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
