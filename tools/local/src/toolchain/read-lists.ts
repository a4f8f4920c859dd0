import { say } from '../output.ts';
import type { AptSource } from './apt-sources.ts';
import type { PrivateApt } from './private-apt.ts';
import { tellingLine } from './telling-line.ts';

/** Suites whose package lists could not be read. */
export interface UnreadSuites {
  readonly suites: readonly string[];
  readonly reason: string;
}

/**
 * Reads the package lists of all sources.
 * @returns the optional ones that could not be read
 * @throws {CommandFailed} for one that is not optional
 */
export async function readLists(apt: PrivateApt, sources: readonly AptSource[]): Promise<UnreadSuites[]> {
  say(`· reading Debian's package lists (${sources.flatMap((source) => source.suites).join(', ')})`);
  const unread: UnreadSuites[] = [];
  for (const source of sources)
    await apt.update(source).catch((error: unknown) => {
      if (!source.isOptional) throw error;
      unread.push({ suites: source.suites, reason: tellingLine(error) });
    });
  return unread;
}
