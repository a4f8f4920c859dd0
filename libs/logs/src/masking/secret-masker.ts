import { setImmediate } from 'node:timers/promises';
import type { Sliced } from '@cooperage/domain';
import { MaskingStream } from './masking-stream.js';
import { type Pattern, PatternAutomaton } from './pattern-automaton.js';
import type { LogSecret } from './secret.js';
import { secretForms, secretFormsInParts } from './secret-forms.js';

/** Bytes that are searched before others may have their turn. */
const bytesAtOnce = 256 * 1024;

/**
 * Knows the secrets of one attempt. What is found becomes `[secret NAME]`: plain ASCII, so that a downloaded log reads
 * well everywhere; the page shows it as a mark. A step can print that text itself; it gains nothing by it.
 */
export class SecretMasker {
  private readonly replacements: readonly Uint8Array[];
  private readonly counts: number[];

  private constructor(
    private readonly secrets: readonly LogSecret[],
    private readonly automaton: PatternAutomaton,
  ) {
    this.replacements = secrets.map(({ name }) => Buffer.from(`[secret ${name}]`));
    this.counts = secrets.map(() => 0);
  }

  /**
   * At once: for a few short values.
   * @throws {RangeError} for a value that is too short to be masked (see `shortestSecretBytes`).
   */
  static of(secrets: readonly LogSecret[]): SecretMasker {
    return new SecretMasker(secrets, PatternAutomaton.of(secrets.flatMap(patternsOf)));
  }

  /**
   * As `of`, for all that a project may have: it takes up to seconds, in which others have their turns. It takes 13 bytes
   * for each byte of all forms: of a text about 20 times, of any bytes up to 70 times the bytes of the values.
   */
  static async prepare(secrets: readonly LogSecret[]): Promise<SecretMasker> {
    const patterns: Pattern[] = [];
    for (const [owner, secret] of secrets.entries())
      for (const part of secretFormsInParts(secret)) {
        for (const bytes of part) patterns.push({ bytes, owner });
        await setImmediate();
      }
    return new SecretMasker(secrets, await PatternAutomaton.prepare(patterns));
  }

  /** A masker for one stream of bytes; all streams share the tables and the counts. */
  open(): MaskingStream {
    return new MaskingStream(this.automaton, (owner) => {
      this.counts[owner] = this.counts[owner]! + 1;
      return this.replacements[owner]!;
    });
  }

  /** Masks a text that is whole, for example a step's name or an error's message. */
  maskText(text: string): string {
    const stream = this.open();
    return Buffer.concat([stream.push(Buffer.from(text)), stream.finish()]).toString();
  }

  /** The first secret of a text that is whole, and at which byte it begins; null when there is none. Nothing is counted. */
  find(bytes: Uint8Array): { readonly name: string; readonly start: number } | null {
    let first: { name: string; start: number } | null = null;
    this.automaton.scan(0, bytes, (owner, length, end) => {
      first = { name: this.secrets[owner]!.name, start: end - length };
      return true;
    });
    return first;
  }

  /** Names of the secrets that stand in a text, which comes in parts. Nothing is counted. */
  *namesIn(parts: Iterable<Uint8Array>): Sliced<string[]> {
    const owners = new Set<number>();
    let state = 0;
    for (const part of parts)
      for (let at = 0; at < part.length; at += bytesAtOnce) {
        state = this.automaton.scan(state, part.subarray(at, at + bytesAtOnce), (owner) => {
          owners.add(owner);
          return false;
        });
        yield;
      }
    return [...new Set([...owners].map((owner) => this.secrets[owner]!.name))];
  }

  /** How often each secret was replaced so far, by name; only those that were. */
  hits(): Record<string, number> {
    const hits: Record<string, number> = {};
    this.counts.forEach((count, owner) => {
      const { name } = this.secrets[owner]!;
      if (count > 0) hits[name] = (hits[name] ?? 0) + count;
    });
    return hits;
  }
}

function patternsOf(secret: LogSecret, owner: number): Pattern[] {
  return secretForms(secret).map((bytes) => ({ bytes, owner }));
}
