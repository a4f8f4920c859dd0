import { MaskingStream } from './masking-stream.js';
import { PatternAutomaton } from './pattern-automaton.js';
import type { LogSecret } from './secret.js';
import { secretForms } from './secret-forms.js';

/**
 * Knows the secrets of one attempt. What is found becomes `[secret NAME]`: plain ASCII, so that a downloaded log reads
 * well everywhere; the page shows it as a mark. A step can print that text itself; it gains nothing by it.
 */
export class SecretMasker {
  private readonly automaton: PatternAutomaton;
  private readonly replacements: readonly Uint8Array[];
  private readonly counts: number[];

  /** @throws {RangeError} for a value that is too short to be masked (see `shortestSecretBytes`). */
  constructor(private readonly secrets: readonly LogSecret[]) {
    const patterns = secrets.flatMap((secret, owner) => secretForms(secret).map((bytes) => ({ bytes, owner })));
    this.automaton = new PatternAutomaton(patterns);
    this.replacements = secrets.map(({ name }) => Buffer.from(`[secret ${name}]`));
    this.counts = secrets.map(() => 0);
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
