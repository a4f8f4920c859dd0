/** Stands in patterns of tags for the beginning of some commit. No tag holds it. */
export const someCommit = '#';
/** What `{{sha}}` becomes. */
export const shortCommit = '[0-9a-f]{7}';

const namesCommit = /\{\{\s*sha\s*\}\}/;
const longestTag = 128;

export function isOfCommit(template: string): boolean {
  return namesCommit.test(template);
}

/** The tag with `someCommit` in each place where it could name one; a template may name the same commit several times. */
export function* withoutCommit(tag: string): Generator<string> {
  const short = new RegExp(`^${shortCommit}`);
  for (let at = 0; at < Math.min(tag.length, longestTag); at++) {
    const name = short.exec(tag.slice(at, at + 7))?.[0];
    if (name === undefined) continue;
    yield tag.slice(0, at) + someCommit + tag.slice(at + name.length);
    if (tag.indexOf(name) !== tag.lastIndexOf(name)) yield tag.replaceAll(name, someCommit);
  }
}
