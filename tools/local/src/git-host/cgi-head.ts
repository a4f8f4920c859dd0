const END = Buffer.from('\r\n\r\n');

/** Collects the head of a CGI answer (RFC 3875, section 6) and hands on what comes after it. */
export class CgiHead {
  status = 200;
  readonly headers: Record<string, string> = {};
  private collected: Buffer | undefined = Buffer.alloc(0);

  /** @returns the part of the body in this piece, undefined while the head is not complete. */
  push(chunk: Buffer): Buffer | undefined {
    if (!this.collected) return chunk;
    this.collected = Buffer.concat([this.collected, chunk]);
    const end = this.collected.indexOf(END);
    if (end < 0) return undefined;
    this.parse(this.collected.subarray(0, end).toString('latin1'));
    const body = this.collected.subarray(end + END.length);
    this.collected = undefined;
    return body;
  }

  private parse(text: string): void {
    for (const line of text.split('\r\n')) {
      const colon = line.indexOf(':');
      const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      if (name === 'status') this.status = Number.parseInt(value, 10);
      else if (colon > 0) this.headers[name] = value;
    }
  }
}
