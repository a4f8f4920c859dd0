/** Controls, invisible and direction-changing characters, unassigned ones, and the invisible variation selectors. */
const hidden = /[\p{C}\p{Zl}\p{Zp}]|[\u{e0100}-\u{e01ef}]/gu;

/**
 * A stranger's text (ref, file name, commit subject, author) as one line in which everything can be seen: each hidden
 * character is written as `\u{hex}`. A cut at `maxLength` characters is marked with an ellipsis.
 */
export function visibleText(value: string, maxLength = 200): string {
  const clipped = value.length > maxLength ? `${value.slice(0, maxLength).toWellFormed()}…` : value;
  return clipped.replace(hidden, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}
