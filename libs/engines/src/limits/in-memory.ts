import { type Stats, statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';

/** Types of statfs(2) that keep nothing on a disk: tmpfs with memfd and shared memory, ramfs, hugetlbfs, memfd_secret. */
const inMemory = new Set([0x01021994, 0x858458f6, 0x958458f6, 0x5345434d]);

/** A file that no folder shows. Names and paths are the step's to choose, so none of them says where the file lies. */
export interface NamelessFile {
  readonly dev: number;
  readonly ino: number;
  readonly bytes: number;
}

export function namelessFile(stats: Stats): NamelessFile | null {
  if (!stats.isFile() || stats.nlink !== 0) return null;
  return { dev: stats.dev, ino: stats.ino, bytes: Math.max(stats.size, stats.blocks * 512) };
}

/** Which file systems keep nothing on a disk, asked once for each of them. Another limit is theirs. */
export class MemoryFiles {
  private readonly known = new Map<number, boolean>();

  /** @param link to an open file on it @throws where that is gone */
  holds({ dev }: NamelessFile, link: string): boolean {
    return this.known.get(dev) ?? this.note(dev, statfsSync(link).type);
  }

  /** The same, for who must not wait for the link. */
  async holdsMapped({ dev }: NamelessFile, link: string): Promise<boolean> {
    return this.known.get(dev) ?? this.note(dev, (await statfs(link)).type);
  }

  private note(dev: number, type: number): boolean {
    const holds = inMemory.has(type);
    this.known.set(dev, holds);
    return holds;
  }
}
