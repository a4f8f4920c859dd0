import { visibleText } from '@cooperage/domain';

/** What a commit says of itself. Its author can write anything there: it is shown, never trusted. */
export interface CommitFacts {
  readonly commit: string;
  /** Id of the commit's root tree. */
  readonly tree: string;
  readonly parents: readonly string[];
  /** One line, at most 200 characters; hidden characters are written as `\u{hex}`. */
  readonly authorName: string;
  /** Seconds since 1970, between 0 and the end of the year 9999. */
  readonly committedAtSeconds: number;
  /** First line of the message, escaped like the author's name. */
  readonly subject: string;
}

const maxSeconds = 253_402_300_799;

/** @throws {TypeError} for bytes that are no commit. */
export function parseCommit(commit: string, content: Buffer): CommitFacts {
  const end = content.indexOf('\n\n');
  const head = content.toString('utf8', 0, end < 0 ? content.length : end).split('\n');
  const message = end < 0 ? '' : content.toString('utf8', end + 2, Math.min(content.length, end + 4096));
  const tree = headerValues(head, 'tree')[0];
  if (tree === undefined || !/^[0-9a-f]{40}$/.test(tree)) throw new TypeError('the commit names no tree');
  return {
    commit,
    tree,
    parents: parentsOf(head),
    authorName: visibleText(nameOf(headerValues(head, 'author')[0] ?? '')),
    committedAtSeconds: secondsOf(headerValues(head, 'committer')[0] ?? ''),
    subject: visibleText(message.trimStart().split('\n')[0]!.trimEnd()),
  };
}

/** As git reads them: right behind the tree. Anywhere else such a line is a header that git does not know, and keeps (R21A-1). */
function parentsOf(head: readonly string[]): string[] {
  const end = head.findIndex((line, index) => index > 0 && !line.startsWith('parent '));
  return headerValues(head.slice(1, end < 0 ? undefined : end), 'parent');
}

function headerValues(head: readonly string[], key: string): string[] {
  return head.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
}

function nameOf(ident: string): string {
  const end = ident.indexOf(' <');
  return (end < 0 ? ident : ident.slice(0, end)).trim();
}

function secondsOf(ident: string): number {
  const seconds = Number(/> (\d+) [+-]\d+$/.exec(ident)?.[1] ?? 0);
  return Math.min(seconds, maxSeconds);
}
