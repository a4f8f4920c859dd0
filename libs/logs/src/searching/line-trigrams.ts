import { atOnce, type LogEntry } from '@cooperage/domain';
import type { LineMatcher } from './line-matcher.js';
import { LogSearcher } from './log-searcher.js';
import { TrigramSet } from './trigrams.js';

/** Of a line that is longer than that nothing is kept: a program that never ends its line costs nothing here. */
const longestLineBytes = 65_536;
const lineFeed = 10;

/**
 * Which trigrams the lines hold that a run of entries finishes. Lines are made by what searches them, so a search finds
 * nothing in them that is not here: colours, rewritten lines and lines that began in an earlier run are the same to both.
 */
export class LineTrigrams {
  private readonly set = new TrigramSet();
  private readonly searcher: LogSearcher;
  /** Bytes that each output has printed since its last line feed. */
  private readonly openBytes = new Map<number, number>();
  private isKnown = true;

  constructor() {
    const { set } = this;
    const collector: LineMatcher = {
      matches: (line) => {
        set.add(line);
        return false;
      },
      // biome-ignore lint/correctness/useYield: a run is short
      *findIn(block) {
        set.add(block);
        return 0;
      },
    };
    this.searcher = new LogSearcher(collector, () => {});
  }

  /**
   * All entries of the log from its first one on have to come by.
   * @returns the set of these; null when they finish a line that was too long
   */
  take(entries: Iterable<LogEntry>): Uint8Array | null {
    for (const entry of entries) {
      if (entry.kind === 'notice') atOnce(this.searcher.take(entry));
      else this.takeText(entry);
    }
    const set = this.set.cut();
    const isKnown = this.isKnown;
    this.isKnown = true;
    return isKnown ? set : null;
  }

  private takeText(entry: LogEntry): void {
    const { step, stream, data } = entry;
    const key = step * 4 + stream;
    const last = data.lastIndexOf(lineFeed);
    const open = (this.openBytes.get(key) ?? 0) + (last === -1 ? data.length : data.indexOf(lineFeed));
    this.openBytes.set(key, last === -1 ? open : data.length - last - 1);
    if (open <= longestLineBytes) atOnce(this.searcher.take(entry));
    else if (last !== -1) {
      this.isKnown = false;
      this.searcher.passOver([{ step, lines: 0, outputs: [{ stream, openN: null, style: 0 }] }]);
      atOnce(this.searcher.take({ ...entry, data: data.subarray(data.indexOf(lineFeed) + 1) }));
    }
  }
}
