import { isAscii } from 'node:buffer';
import { isCommitId, isFullRef } from '@cooperage/domain';
import { GitError } from '../git/git-error.js';
import { BoundedLines } from './bounded-lines.js';

/** The branches and tags of a remote at one moment. */
export interface RemoteRefs {
  /** Full ref -> commit id. A tag object is followed to its commit. */
  readonly commits: ReadonlyMap<string, string>;
  /** Full ref of the default branch, where the host names one that exists. */
  readonly defaultBranch?: string;
  /** Branches and tags left out: longer than 1,024 bytes, not UTF-8, or with names that git forbids. */
  readonly leftOut: number;
  /** About how many bytes of memory `commits` holds, at most `maxHeldRefBytes`. */
  readonly heldBytes: number;
}

/** Longest line that can hold a ref: a commit id, a tab, a name of 1,024 bytes and `^{}` have room. */
const maxLineBytes = 4096;
/** All refs of one answer in memory: 50,000 with names of 200 bytes have room. Control reads several answers at once. */
export const maxHeldRefBytes = 16 * 1024 * 1024;
/** A commit id and the entry of one ref in a `Map`, without its name. */
const entryBytes = 128;

const tab = 9;
const peeled = Buffer.from('^{}');

/** Reads `ls-remote --symref`: `<id> TAB <ref>` lines, `<ref>^{}` for what a tag points to, `ref: <ref> TAB HEAD`. */
export class RefReader {
  readonly #commits = new Map<string, string>();
  readonly #maxRefs: number;
  readonly #lines = new BoundedLines(maxLineBytes, (line) => this.#line(line));
  #head: string | undefined;
  #leftOut = 0;
  #heldBytes = 0;

  constructor(maxRefs: number) {
    this.#maxRefs = maxRefs;
  }

  /** @throws {GitError} of the reason `output` beyond `maxRefs` or `maxHeldRefBytes` */
  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  result(): RemoteRefs {
    // A HEAD may name anything. Only a branch that exists is the default one.
    const isBranch = this.#head?.startsWith('refs/heads/') && this.#commits.has(this.#head);
    return {
      commits: this.#commits,
      leftOut: this.#leftOut + this.#lines.skipped,
      heldBytes: this.#heldBytes,
      ...(isBranch && { defaultBranch: this.#head! }),
    };
  }

  #line(line: Buffer): void {
    const at = line.indexOf(tab);
    if (at < 0) {
      this.#leftOut++;
      return;
    }
    const [value, name] = [line.subarray(0, at), line.subarray(at + 1)];
    const kind = name.toString('latin1', 0, 11);
    if (kind === 'HEAD') this.#symref(decode(value));
    else if (kind === 'refs/heads/' || kind.startsWith('refs/tags/')) this.#ref(value, name);
  }

  #symref(value: string | undefined): void {
    if (value?.startsWith('ref: ')) this.#head = value.slice('ref: '.length);
  }

  /** Name and id are decoded each from its own bytes: a part of a decoded line would keep the whole line in memory. */
  #ref(value: Buffer, name: Buffer): void {
    const isPeeled = name.subarray(-peeled.length).equals(peeled);
    const ref = decode(isPeeled ? name.subarray(0, -peeled.length) : name);
    const commit = value.toString('latin1');
    if (ref === undefined || !isFullRef(ref) || !isCommitId(commit)) {
      if (!isPeeled) this.#leftOut++;
      return;
    }
    if (!this.#commits.has(ref)) this.#hold(name);
    this.#commits.set(ref, commit);
  }

  #hold(name: Buffer): void {
    // A string with one character outside Latin-1 takes two bytes for each of its characters.
    this.#heldBytes += entryBytes + name.length * (isAscii(name) ? 1 : 2);
    if (this.#commits.size >= this.#maxRefs) throw new GitError('output', [`more than ${this.#maxRefs} refs`]);
    if (this.#heldBytes > maxHeldRefBytes) throw new GitError('output', [`refs of more than ${maxHeldRefBytes} bytes`]);
  }
}

/** Reads the commit of one branch from the lines of `ls-remote`. */
export class BranchReader {
  readonly #name: Buffer;
  readonly #lines = new BoundedLines(maxLineBytes, (line) => this.#line(line));
  #commit: string | null = null;

  constructor(ref: string) {
    this.#name = Buffer.from(ref);
  }

  get commit(): string | null {
    return this.#commit;
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  #line(line: Buffer): void {
    const at = line.indexOf(tab);
    if (at < 0 || !line.subarray(at + 1).equals(this.#name)) return;
    const commit = line.toString('latin1', 0, at);
    if (isCommitId(commit)) this.#commit = commit;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined when it is not UTF-8. */
function decode(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
