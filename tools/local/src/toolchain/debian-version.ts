/** Orders versions of packages for `Array.sort`, by the rules of deb-version(7). */
export function compareVersions(left: string, right: string): number {
  const [mine, other] = [split(left), split(right)];
  return (
    compareNumbers(mine.epoch, other.epoch) ||
    compareParts(mine.upstream, other.upstream) ||
    compareParts(mine.revision, other.revision)
  );
}

function split(version: string): { readonly epoch: string; readonly upstream: string; readonly revision: string } {
  const [, epoch = '0', upstream = '', revision = ''] = /^(?:(\d+):)?(.*?)(?:-([^-]*))?$/.exec(version) ?? [];
  return { epoch, upstream, revision };
}

/** Words and numbers take turns, a word comes first. */
function compareParts(left: string, right: string): number {
  const [mine, other] = [pairs(left), pairs(right)];
  for (let index = 0; index < Math.max(mine.length, other.length); index++) {
    const [, word = '', number = ''] = mine[index] ?? [];
    const [, otherWord = '', otherNumber = ''] = other[index] ?? [];
    const order = compareWords(word, otherWord) || compareNumbers(number, otherNumber);
    if (order !== 0) return order;
  }
  return 0;
}

function pairs(text: string): RegExpExecArray[] {
  return [...text.matchAll(/(\D*)(\d*)/g)];
}

function compareWords(left: string, right: string): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = weight(left[index]) - weight(right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** A tilde comes before the end, and letters come before everything else. */
function weight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return character.charCodeAt(0) + (/[A-Za-z]/.test(character) ? 0 : 256);
}

/** Numbers of any length, for example times: as text, since JavaScript's numbers round long ones. */
function compareNumbers(left: string, right: string): number {
  const [mine, other] = [left, right].map((text) => text.replace(/^0+/, '')) as [string, string];
  return mine.length - other.length || Number(mine > other) - Number(mine < other);
}
