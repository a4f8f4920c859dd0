import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { megabytes, say } from '../output.ts';
import type { PackageRecord } from './package-records.ts';
import type { PrivateApt } from './private-apt.ts';

const PROGRESS_MS = 1000;

/** Downloaded packages, kept by the checksum that apt's signed index gives for them. */
export class DebStore {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  file(record: PackageRecord): string {
    return path.join(this.folder, `${record.sha256}.deb`);
  }

  /** Downloads what is not kept yet. @throws {Error} when a file does not have its checksum. */
  async obtain(records: readonly PackageRecord[], apt: PrivateApt): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const lacking = records.filter((record) => !this.isKept(record));
    if (lacking.length === 0) return;
    const part = mkdtempSync(path.join(this.folder, 'part-'));
    const timer = reportProgress(part, lacking);
    try {
      await apt.download(lacking, part);
      await this.keep(part, lacking);
    } finally {
      clearInterval(timer);
      rmSync(part, { recursive: true, force: true });
    }
  }

  private isKept(record: PackageRecord): boolean {
    return existsSync(this.file(record)) && statSync(this.file(record)).size === record.sizeBytes;
  }

  private async keep(part: string, records: readonly PackageRecord[]): Promise<void> {
    const bySum = new Map<string, string>();
    for (const name of readdirSync(part)) bySum.set(await sha256(path.join(part, name)), path.join(part, name));
    for (const record of records) {
      const file = bySum.get(record.sha256);
      if (!file) throw new Error(`${record.name} ${record.version} did not arrive with its checksum ${record.sha256}`);
      renameSync(file, this.file(record));
    }
  }
}

function reportProgress(folder: string, records: readonly PackageRecord[]): NodeJS.Timeout {
  const total = records.reduce((sum, record) => sum + record.sizeBytes, 0);
  say(`· downloading ${records.length} packages, ${megabytes(total)}: ${records.map(({ name }) => name).join(', ')}`);
  let last = 0;
  return setInterval(() => {
    const have = readdirSync(folder).reduce((sum, name) => sum + sizeOf(path.join(folder, name)), 0);
    if (have > last) say(`  ${megabytes(have)} of ${megabytes(total)}`);
    last = have;
  }, PROGRESS_MS);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
