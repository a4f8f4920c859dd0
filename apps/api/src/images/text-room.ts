/** Longest text of somebody else's document that an answer shows, in characters. */
const longestText = 4_096;
const longestName = 256;

/**
 * Texts of somebody else's document that have a bound together. A text that does not fit is cut and ends with `…`; what comes
 * after the end of the room is left out, or `…` where something has to stand.
 */
export class TextRoom {
  private cut = false;

  /** @param left characters of all texts together */
  constructor(private left: number) {}

  /** Whether something was shortened or left out. */
  get isCut(): boolean {
    return this.cut;
  }

  text(value: string, longest = longestText): string {
    const most = Math.min(this.left, longest);
    this.left -= Math.min(most, value.length);
    if (value.length <= most) return value;
    this.cut = true;
    // Half of a character is none.
    return `${value.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}…`;
  }

  texts(values: readonly string[], most: number): string[] {
    return this.items(values, most).map((value) => this.text(value));
  }

  /** Of two names that are cut to the same one, the last is shown. */
  record(values: Readonly<Record<string, string>>, most: number): Record<string, string> {
    const shown = this.items(Object.entries(values), most);
    return Object.fromEntries(shown.map(([name, value]) => [this.text(name, longestName), this.text(value)]));
  }

  /** The first `most` items. */
  items<Item>(values: readonly Item[], most: number): readonly Item[] {
    if (values.length > most) this.cut = true;
    return values.slice(0, most);
  }
}

/** A copy of plain data. A part of a text keeps the whole text in memory, and its copy does not. */
export function copied<Data>(data: Data): Data {
  return JSON.parse(JSON.stringify(data)) as Data;
}
