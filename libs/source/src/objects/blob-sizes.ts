import type { GitCommand } from '../git/git-command.js';
import { GitError } from '../git/git-error.js';
import { BrokenObject } from './object-sum.js';

export interface BlobSizesOptions {
  readonly git: GitCommand;
  readonly gitDir: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sizes of blobs, without reading them. They are what the mirror says: whoever reads the content compares it.
 * @throws {BrokenObject} where one is not there, or is no blob; the signal's reason
 */
export async function blobSizes(ids: readonly string[], options: BlobSizesOptions): Promise<number[]> {
  const { git, signal, ...request } = options;
  const args = ['cat-file', '--buffer', '--batch-check=%(objecttype) %(objectsize)'];
  const process = git.start({ ...request, args, signal });
  const sizes: number[] = [];
  try {
    process.stdin.end(ids.map((id) => `${id}\n`).join(''));
    let rest = '';
    for await (const chunk of process.stdout as AsyncIterable<Buffer>) {
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = lines.pop()!;
      for (const line of lines) sizes.push(sizeIn(line, ids[sizes.length]));
    }
  } finally {
    process.kill();
  }
  signal?.throwIfAborted();
  if (sizes.length !== ids.length) throw new GitError('killed', ['git cat-file ended before it answered']);
  return sizes;
}

function sizeIn(line: string, id: string | undefined): number {
  const size = /^blob (\d+)$/.exec(line)?.[1];
  if (size === undefined) throw new BrokenObject(`the mirror has no blob ${id}`);
  return Number(size);
}
