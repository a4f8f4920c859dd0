import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { folderId } from '../checkout.ts';
import { PortBook } from './port-book.ts';
import { SecretBook } from './secret-book.ts';

/** One set of running parts and the folder that holds all of its state; several live side by side on one machine. */
export class Instance {
  readonly folder: string;
  /** Six hexadecimal digits, used in names that the whole machine shares. */
  readonly id: string;
  readonly ports: PortBook;
  readonly secrets: SecretBook;

  constructor(folder: string) {
    this.folder = folder;
    this.id = folderId(folder);
    this.ports = new PortBook(this.file('ports.json'), this.id);
    this.secrets = new SecretBook(this.file('secrets.json'));
  }

  file(...segments: readonly string[]): string {
    return path.join(this.folder, ...segments);
  }

  pidFile(name: string): string {
    return this.file('pids', `${name}.json`);
  }

  logFile(name: string): string {
    return this.file('logs', `${name}.log`);
  }

  /** A folder with a short path: addresses of unix sockets end at 107 bytes. */
  socketFolder(): string {
    const user = process.getuid?.() ?? 0;
    const folder = user === 0 ? `/run/cooperage-${this.id}` : path.join(tmpdir(), `cooperage-${user}-${this.id}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  removeSocketFolder(): void {
    rmSync(this.socketFolder(), { recursive: true, force: true });
  }
}
