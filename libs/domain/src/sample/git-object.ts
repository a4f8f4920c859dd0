import { createHash } from 'node:crypto';

export type GitObjectKind = 'blob' | 'tree' | 'commit';

/** One object of a git repository, as it is stored: header and content, named by the SHA-1 of both (gitformat-pack(5)). */
export interface GitObject {
  readonly id: string;
  readonly kind: GitObjectKind;
  readonly bytes: Uint8Array;
}

export function gitObject(kind: GitObjectKind, content: Uint8Array): GitObject {
  const bytes = Buffer.concat([Buffer.from(`${kind} ${content.length}\0`), content]);
  return { id: createHash('sha1').update(bytes).digest('hex'), kind, bytes };
}

/** A tree of plain files. Git wants the names in byte order. */
export function gitTree(files: readonly { readonly name: string; readonly blob: GitObject }[]): GitObject {
  const sorted = [...files].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const entries = sorted.flatMap(({ name, blob }) => [Buffer.from(`100644 ${name}\0`), Buffer.from(blob.id, 'hex')]);
  return gitObject('tree', Buffer.concat(entries));
}
