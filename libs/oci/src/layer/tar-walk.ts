import { type LayerEntry, layerEntry } from './layer-entry.js';
import type { LayerLimits } from './layer-limits.js';
import { LayerError } from './layer-problem.js';
import { type PaxAttributes, parsePaxAttributes } from './pax-attributes.js';
import { blockBytes, parseTarHeader, type TarHeader } from './tar-header.js';

/** Reads the headers of a tar archive as it comes and passes over the content. Keeps no byte of any file. */
export class TarWalk {
  readonly entries: LayerEntry[] = [];
  private readonly held: Buffer[] = [];
  private heldBytes = 0;
  private wantedBytes = blockBytes;
  private skipBytes = 0;
  /** Set while the content of an attribute entry is collected, instead of a header. */
  private collecting: TarHeader | null = null;
  private attributes: PaxAttributes = {};
  private pathBytes = 0;
  private headers = 0;
  /** Since the last entry. */
  private attributeBytes = 0;
  private allAttributeBytes = 0;
  private ended = false;

  constructor(private readonly limits: LayerLimits) {}

  /** @throws {LayerError} */
  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0 && !this.ended) {
      if (this.skipBytes > 0) {
        const passed = Math.min(this.skipBytes, rest.length);
        this.skipBytes -= passed;
        rest = rest.subarray(passed);
      } else rest = this.collect(rest);
    }
  }

  /** @throws {LayerError} `damaged` when the archive ended within an entry */
  finish(): void {
    if (!this.ended && (this.skipBytes > 0 || this.heldBytes > 0 || this.collecting)) throw new LayerError('damaged');
  }

  private collect(rest: Buffer): Buffer {
    const part = rest.subarray(0, this.wantedBytes - this.heldBytes);
    this.held.push(part);
    this.heldBytes += part.length;
    if (this.heldBytes === this.wantedBytes) {
      const block = this.held.length === 1 ? this.held[0]! : Buffer.concat(this.held);
      this.held.length = 0;
      this.heldBytes = 0;
      this.wantedBytes = blockBytes;
      this.take(block);
    }
    return rest.subarray(part.length);
  }

  private take(block: Buffer): void {
    if (this.collecting) this.attribute(this.collecting, block);
    else this.header(parseTarHeader(block));
  }

  private header(header: TarHeader | null): void {
    if (++this.headers > this.limits.headers) throw new LayerError('too_many_entries');
    if (header === null) this.ended = true;
    else if (header.type === 'g') this.skip(header.sizeBytes);
    else if (['x', 'L', 'K'].includes(header.type)) this.begin(header);
    else this.entry(header);
  }

  private begin(header: TarHeader): void {
    this.attributeBytes += header.sizeBytes;
    this.allAttributeBytes += header.sizeBytes;
    if (this.attributeBytes > this.limits.attributeBytes) throw new LayerError('path_too_long');
    if (this.allAttributeBytes > this.limits.allAttributeBytes) throw new LayerError('too_many_entries');
    if (header.sizeBytes === 0) return;
    this.collecting = header;
    this.wantedBytes = padded(header.sizeBytes);
  }

  private attribute({ type, sizeBytes }: TarHeader, block: Buffer): void {
    this.collecting = null;
    const content = block.subarray(0, sizeBytes);
    if (type === 'x') this.attributes = { ...this.attributes, ...parsePaxAttributes(content) };
    else this.attributes = { ...this.attributes, [type === 'L' ? 'path' : 'link']: untilZero(content) };
  }

  private entry(header: TarHeader): void {
    const whole = { ...header, ...this.attributes };
    this.attributes = {};
    this.attributeBytes = 0;
    const entry = layerEntry(whole, this.limits);
    if (entry) this.keep(entry);
    // Links and folders say sizes at times that no content follows.
    this.skip(['1', '2', '3', '4', '5', '6'].includes(whole.type) ? 0 : whole.sizeBytes);
  }

  private keep(entry: LayerEntry): void {
    this.pathBytes += entry.path.length;
    if (this.entries.length >= this.limits.entries || this.pathBytes > this.limits.allPathBytes)
      throw new LayerError('too_many_entries');
    this.entries.push(entry);
  }

  private skip(sizeBytes: number): void {
    if (sizeBytes > this.limits.unpackedBytes) throw new LayerError('unpacked_too_large');
    this.skipBytes = padded(sizeBytes);
  }
}

function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes) * blockBytes;
}

function untilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}
