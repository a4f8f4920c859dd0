import { createHash, type Hash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContentStore, type ContentWriter, type OpenBlob, rpcCode, SessionFault } from '@cooperage/buildkit';
import { entryBytes } from './cache-sums.js';
import { blobPath, type KnownBlobs } from './layout.js';

/** What may still be written. */
export interface Room {
  bytes: number;
  blobs: number;
  /** Of which of the two more was asked for. */
  exceeded: 'bytes' | 'blobs' | null;
}

/** The blobs of an OCI layout, for an engine to read; with room to write too. */
export class LayoutStore implements ContentStore {
  readonly create?: () => Promise<ContentWriter>;

  constructor(
    private readonly folder: string,
    known: KnownBlobs,
    /** Left out where nothing may be written. */
    room?: Room,
  ) {
    if (room) this.create = () => BlobWriter.begin(folder, known, room);
  }

  async size(digest: string): Promise<number | null> {
    const found = await stat(blobPath(this.folder, digest)).catch(() => null);
    return found?.isFile() ? found.size : null;
  }

  async open(digest: string): Promise<OpenBlob | null> {
    const file = await open(blobPath(this.folder, digest), 'r').catch(() => null);
    const found = await file?.stat();
    if (file && found?.isFile()) return new LayoutBlob(file, found.size);
    await file?.close();
    return null;
  }
}

class LayoutBlob implements OpenBlob {
  constructor(
    private readonly file: FileHandle,
    readonly size: number,
  ) {}

  async read(into: Uint8Array, offset: number): Promise<number> {
    return (await this.file.read(into, 0, into.length, offset)).bytesRead;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** A file beside the blobs, until it has turned out to be what it should be. */
class BlobWriter implements ContentWriter {
  offset = 0;
  private hash: Hash = createHash('sha256');
  private open = true;

  private constructor(
    private readonly folder: string,
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly known: KnownBlobs,
    /** Shared by all that are written at the same time. */
    private readonly room: Room,
  ) {}

  static async begin(folder: string, known: KnownBlobs, room: Room): Promise<BlobWriter> {
    if (room.blobs < 1) throw fullOf(room, 'blobs');
    if (room.bytes < entryBytes) throw fullOf(room, 'bytes');
    await mkdir(join(folder, 'ingest'), { recursive: true, mode: 0o700 });
    await mkdir(join(folder, 'blobs/sha256'), { recursive: true, mode: 0o700 });
    const path = join(folder, 'ingest', randomUUID());
    const file = await open(path, 'wx', 0o600);
    room.blobs--;
    room.bytes -= entryBytes;
    return new BlobWriter(folder, path, file, known, room);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > this.room.bytes) throw fullOf(this.room, 'bytes');
    this.room.bytes -= bytes.length;
    this.hash.update(bytes);
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, at, bytes.length - at, this.offset + at);
      at += bytesWritten;
    }
    this.offset += bytes.length;
  }

  async restart(): Promise<void> {
    await this.file.truncate(0);
    this.room.bytes += this.offset;
    this.offset = 0;
    this.hash = createHash('sha256');
  }

  async commit(expected: string | null): Promise<string> {
    const digest = `sha256:${this.hash.digest('hex')}`;
    if (expected !== null && expected !== digest)
      throw new SessionFault(rpcCode.failedPrecondition, 'it is not what was declared');
    await this.end();
    await rename(this.path, blobPath(this.folder, digest));
    await this.known.learn(this.folder, digest);
    return digest;
  }

  async discard(): Promise<void> {
    if (!this.open) return;
    await this.end();
    this.room.bytes += this.offset + entryBytes;
    this.room.blobs++;
    await rm(this.path, { force: true });
  }

  private async end(): Promise<void> {
    this.open = false;
    await this.file.close();
  }
}

function fullOf(room: Room, what: 'bytes' | 'blobs'): SessionFault {
  room.exceeded ??= what;
  return new SessionFault(rpcCode.resourceExhausted, 'local caches have no room for more');
}
