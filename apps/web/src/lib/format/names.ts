/** `sha256:` and 12 digits: enough to recognise; the whole is at hand where it is copied. */
export function shortDigest(digest: string): string {
  return digest.startsWith('sha256:') ? digest.slice(0, 7 + 12) : digest.slice(0, 19);
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 7);
}

/** `refs/heads/main` → `main`; other refs stay whole. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(?:heads|tags)\//, '');
}

// Control characters, and those that reorder or hide text (bidi controls, zero width, tags, line separators).
const deceptive = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Strangers' text for a single line: what cannot be seen is written as its code, so that names cannot pretend (S-022). */
export function visibleText(text: string): string {
  return text.replace(deceptive, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

/** Characters of a text that is shown in one line. */
const mostShown = 2_000;

/** As `visibleText`, of a text that may be very long: its beginning. */
export function visibleStart(text: string): string {
  return visibleText(text.length > mostShown ? `${text.slice(0, mostShown)}…` : text);
}
