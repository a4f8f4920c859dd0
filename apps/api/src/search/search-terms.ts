/** What a line of search asks for. A term may mean several things: `1234567` is a number, a commit and a digest. */
export interface SearchTerms {
  /** In lower case; a project has each of them in its name, its slug or its organization's. */
  readonly words: readonly string[];
  /** The words without those that are a number of a build. */
  readonly projectWords: readonly string[];
  readonly number: number | null;
  /** First digits of a commit id. */
  readonly commit: string | null;
  /** First digits of a digest, without its algorithm. */
  readonly digest: string | null;
}

const mostWords = 8;

/** Reads a line as people type it: `api #128`, `acme/api#128`, `3f9c2ab`, `sha256:8c1f0e77`. */
export function searchTerms(line: string): SearchTerms {
  const words = line
    .toLowerCase()
    .replaceAll('#', ' #')
    .split(/[\s/]+/)
    .filter((word) => word !== '' && word !== '#')
    .slice(0, mostWords);
  const numbers = words.filter(isNumber);
  // Fewer than seven digits would be everything.
  const [hex = null] = words.flatMap((word) => /^(?:sha256:)?([0-9a-f]{7,64})$/.exec(word)?.[1] ?? []);
  const isDigest = words.some((word) => word.startsWith('sha256:'));
  return {
    words,
    projectWords: words.filter((word) => !isNumber(word)),
    number: numbers.length === 0 ? null : Number(numbers.at(-1)!.replace('#', '')),
    commit: isDigest ? null : hex,
    digest: hex,
  };
}

function isNumber(word: string): boolean {
  return /^#?[1-9]\d{0,8}$/.test(word);
}
