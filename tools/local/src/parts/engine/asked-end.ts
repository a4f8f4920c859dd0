import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readSync, unlinkSync } from 'node:fs';
import path from 'node:path';

const MOST_BYTES = 300;

/**
 * The end of an engine that its builder asks for (ADR 80). A builder cannot end what its engine does by itself: it unpacks, copies
 * and reads layers, and ignores a cancel meanwhile. The builder makes the file `end` in a folder beside that of the network rules. Its
 * text says why. The file is removed when that engine is gone and before another begins, by which the builder knows.
 *
 * The builder is less trusted. A plain file alone is a question; no link is followed, and no more than its first 300 bytes are read.
 */
export class AskedEnd {
  private readonly folder: string;

  /** @param rulesFile `COOPERAGE_ENGINE_RULES` of the builder */
  constructor(rulesFile: string) {
    this.folder = `${rulesFile}.asked`;
  }

  /** Makes the folder, for its owner alone. */
  accept(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  /**
   * @param end ends the engine, with all that works for it. It comes first: the disk may be filling
   * @returns why, where the builder asks for it
   */
  async endIfAsked(end: () => Promise<void>): Promise<string | undefined> {
    if (!lstatSync(this.file(), { throwIfNoEntry: false })?.isFile()) return undefined;
    await end();
    return this.reason();
  }

  /** To be called between the end of an engine and the start of the next. @throws {Error} where the file cannot be removed */
  forget(): void {
    try {
      unlinkSync(this.file());
    } catch (error) {
      // A folder of that name asks for nothing.
      if (!['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }

  private reason(): string {
    // Control characters, and others by which a line looks like another one.
    const text = this.read().replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
    return text.trim() || 'no reason is given';
  }

  private read(): string {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    let file: number | undefined;
    try {
      file = openSync(this.file(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      if (!fstatSync(file).isFile()) return '';
      const bytes = Buffer.alloc(MOST_BYTES);
      return bytes.toString('utf8', 0, readSync(file, bytes));
    } catch {
      return '';
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  private file(): string {
    return path.join(this.folder, 'end');
  }
}
