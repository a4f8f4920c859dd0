import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

const file = '/etc/hosts';

/** Names that lead where a test says, for all programs of this machine (hosts(5)): as a hostile name server would answer. It needs root. */
export class HostNames {
  private readonly id = randomBytes(6).toString('hex');
  private count = 0;

  /** @returns a new name that leads to this address */
  lead(address: string): string {
    const name = `n${this.count++}-${this.id}.example.test`;
    appendFileSync(file, `${address} ${name}\n`);
    return name;
  }

  close(): void {
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, lines.filter((line) => !line.includes(this.id)).join('\n'));
  }
}
