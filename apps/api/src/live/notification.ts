/** What goes to everybody goes no more often. Lines in the log are as seldom as nobody misses them. Milliseconds. */
export const everybodyMs = 500;
export const lineMs = 10_000;

/** The JSON of a notification; undefined for any other text, since every role of the database may send one. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
