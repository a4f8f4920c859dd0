import { Readable } from 'node:stream';
import { shownFileLength } from '@cooperage/contracts';
import { type AttemptView, BuildDetails } from '@cooperage/db';
import { firstDifferingLine, type ShownFile, shownFile } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { pageWaitMs, SharedSlots } from '../http/shared-slots.js';

/** Requests that have Dockerfiles in memory: up to two of 1 MiB each. */
const reads = { total: 24, perKey: 8, maxWaitMs: pageWaitMs, maxWaiting: 64 };
/** A download has its file in memory until its reader has taken all of it. */
const downloads = { total: 12, perKey: 4, maxWaitMs: 2_000, maxWaiting: 12 };

/** A build as far as its Dockerfile goes. */
export interface FileOwner {
  readonly organizationId: string;
  readonly attempts: readonly Pick<AttemptView, 'id' | 'number'>[];
}

export interface ComparedFiles {
  readonly a: ShownFile | null;
  readonly b: ShownFile | null;
  readonly firstDifference: number | null;
}

/** Reads Dockerfiles of attempts, for few requests at once. Of a long one pages get the beginning. */
@Injectable()
export class DockerfileReader {
  private readonly reads = new SharedSlots('reads of Dockerfiles', reads);
  private readonly downloads = new SharedSlots('downloads of Dockerfiles', downloads);

  constructor(private readonly details: BuildDetails) {}

  /**
   * Hands over the files of some attempts, null for each that has none, and forgets them afterwards.
   * @throws {ApiProblem} `rate_limited` while the organization has its share of reads under way
   */
  async read<T>(
    organizationId: string,
    attemptIds: readonly (string | undefined)[],
    use: (...texts: (string | null)[]) => T,
  ): Promise<T> {
    const release = await this.reads.take(organizationId);
    try {
      const texts = attemptIds.map((id) => (id === undefined ? null : this.details.dockerfile(id)));
      return use(...(await Promise.all(texts)));
    } finally {
      release();
    }
  }

  /** All of a file; null where the attempt read none. @throws {ApiProblem} `rate_limited` */
  async download(organizationId: string, attemptId: string): Promise<{ stream: Readable; bytes: number } | null> {
    const release = await this.downloads.take(organizationId);
    try {
      const text = await this.details.dockerfile(attemptId);
      if (text === null) {
        release();
        return null;
      }
      const content = Buffer.from(text);
      const stream = Readable.from([content], { objectMode: false });
      stream.once('close', release);
      return { stream, bytes: content.byteLength };
    } catch (error) {
      release();
      throw error;
    }
  }
}

/** As much of a file as pages show. */
function shown(text: string): ShownFile {
  return shownFile(text, shownFileLength);
}

export function compareFiles(a: string | null, b: string | null): ComparedFiles {
  return {
    a: a === null ? null : shown(a),
    b: b === null ? null : shown(b),
    firstDifference: a === null || b === null ? null : firstDifferingLine(a, b),
  };
}

/** The attempt of this number; undefined where there is none. */
export function attemptIdOf({ attempts }: FileOwner, number: number): string | undefined {
  return attempts.find((each) => each.number === number)?.id;
}
