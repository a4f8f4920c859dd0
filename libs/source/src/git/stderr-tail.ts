const maxLines = 40;
const maxLineChars = 400;

/**
 * The last lines that git itself printed to standard error, from a stream of any length. Lines that the remote sent
 * (git marks them `remote: `) and progress are not kept, so a remote cannot push git's own words out.
 */
export class StderrTail {
  readonly #lines: string[] = [];
  readonly #onProgress: ((line: string) => void) | undefined;
  #rest = '';

  constructor(onProgress?: (line: string) => void) {
    this.#onProgress = onProgress;
  }

  push(chunk: Uint8Array): void {
    const parts = (this.#rest + Buffer.from(chunk).toString('latin1')).split(/[\r\n]/);
    this.#rest = (parts.pop() ?? '').slice(0, maxLineChars);
    for (const part of parts) this.#line(part);
  }

  /** Lines so far, an unfinished last one included. */
  lines(): string[] {
    this.#line(this.#rest);
    this.#rest = '';
    return [...this.#lines];
  }

  #line(line: string): void {
    if (line === '' || line.startsWith('remote: ')) return;
    if (/^(?:Receiving|Resolving|Checking|Unpacking|Updating)\b[^:]*: /.test(line)) {
      this.#onProgress?.(line);
      return;
    }
    this.#lines.push(line.slice(0, maxLineChars));
    if (this.#lines.length > maxLines) this.#lines.shift();
  }
}
