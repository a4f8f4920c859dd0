import type { ServerHttp2Stream } from 'node:http2';
import { encode } from '../proto/codec.js';
import { frame } from '../wire/framing.js';
import { sendAll } from './send-all.js';
import type { SyncFile } from './sync-tree.js';

/** Packets of fsutil's transfer protocol (https://github.com/tonistiigi/fsutil, receive.go). */
export const packet = { stat: 0, request: 1, data: 2, finish: 3, error: 4 } as const;

/** Kinds of files in Go's `fs.FileMode`. */
const modeDirectory = 2 ** 31;
const modeSymlink = 2 ** 27;
const batchBytes = 64 * 1024;

/** Writes packets and waits whenever the engine does not read: memory stays flat however large the tree. */
export class PacketWriter {
  constructor(private readonly stream: ServerHttp2Stream) {}

  async stats(files: readonly SyncFile[]): Promise<void> {
    let batch: Buffer[] = [];
    let bytes = 0;
    for (const file of files) {
      const framed = frame(encode('Packet', { type: packet.stat, stat: statOf(file) }));
      batch.push(framed);
      bytes += framed.length;
      if (bytes < batchBytes) continue;
      await this.write(Buffer.concat(batch));
      batch = [];
      bytes = 0;
    }
    batch.push(frame(encode('Packet', { type: packet.stat })));
    await this.write(Buffer.concat(batch));
  }

  data(id: number, data: Uint8Array): Promise<void> {
    return this.write(frame(encode('Packet', { type: packet.data, ID: id, data })));
  }

  /** An empty data packet ends a file. */
  endOfFile(id: number): Promise<void> {
    return this.write(frame(encode('Packet', { type: packet.data, ID: id })));
  }

  finish(): Promise<void> {
    return this.write(frame(encode('Packet', { type: packet.finish })));
  }

  error(message: string): Promise<void> {
    return this.write(frame(encode('Packet', { type: packet.error, data: Buffer.from(message) })));
  }

  private async write(bytes: Buffer): Promise<void> {
    if (!(await sendAll(this.stream, bytes))) throw new TransferEnded();
  }
}

/** The engine has hung up: nobody is there to hear of an error. */
export class TransferEnded extends Error {
  override readonly name = 'TransferEnded';
}

function statOf(file: SyncFile) {
  const { path, mode, sizeBytes, mtimeNs, linkTarget } = file;
  const modTime = String(mtimeNs);
  if (file.kind === 'directory') return { path, mode: modeDirectory + (mode & 0o777), modTime };
  if (file.kind === 'file') return { path, mode: mode & 0o777, size: sizeBytes, modTime };
  return { path, mode: modeSymlink + 0o777, size: Buffer.byteLength(linkTarget ?? ''), modTime, linkname: linkTarget };
}
