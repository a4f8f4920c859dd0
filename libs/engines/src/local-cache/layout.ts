import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, renameSync } from 'node:fs';
import { mkdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is wrong with a cache on the disk, in words that end "a local cache is broken: ". */
export class BrokenLayout extends Error {
  override readonly name: string = 'BrokenLayout';
}

/** There is room for fewer. */
export class TooManyBlobs extends BrokenLayout {
  override readonly name = 'TooManyBlobs';
}

const mostManifestBytes = 8 * 1024 * 1024;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

export function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs/sha256', digest.slice('sha256:'.length));
}

/** Blobs whose bytes this process has seen whole. One that has changed since is looked through again. */
export class KnownBlobs {
  /** By folder, then by digest. */
  private readonly stamps = new Map<string, Map<string, string>>();

  /** How many there are. */
  get size(): number {
    return [...this.stamps.values()].reduce((sum, { size }) => sum + size, 0);
  }

  async learn(folder: string, digest: string): Promise<void> {
    this.set(folder, digest, await stampOf(blobPath(folder, digest)));
  }

  /** @throws {BrokenLayout} when it is not what its name says */
  async check(folder: string, { digest, size }: Blob): Promise<void> {
    const path = blobPath(folder, digest);
    const stamp = await stampOf(path).catch(() => {
      throw new BrokenLayout(`the blob ${digest.slice(0, 19)} is gone`);
    });
    if (Number(stamp.split(' ', 1)[0]) !== size) throw new BrokenLayout(`the blob ${digest.slice(0, 19)} is cut off`);
    if (this.stamps.get(folder)?.get(digest) === stamp) return;
    const hash = createHash('sha256');
    for await (const part of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(part as Buffer);
    if (`sha256:${hash.digest('hex')}` !== digest)
      throw new BrokenLayout(`the blob ${digest.slice(0, 19)} holds something else`);
    this.set(folder, digest, stamp);
  }

  forget(folder: string, digest?: string): void {
    if (digest === undefined) this.stamps.delete(folder);
    else this.stamps.get(folder)?.delete(digest);
  }

  /** Forgets what is in all folders of this one. */
  forgetBelow(folder: string): void {
    for (const each of this.stamps.keys()) if (each.startsWith(`${folder}/`)) this.stamps.delete(each);
  }

  private set(folder: string, digest: string, stamp: string): void {
    const stamps = this.stamps.get(folder) ?? new Map<string, string>();
    this.stamps.set(folder, stamps.set(digest, stamp));
  }
}

async function stampOf(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  return `${size} ${mtimeMs} ${ino}`;
}

/**
 * The manifest to which a layout's index leads, once all its blobs are known to be whole; null where there is no layout.
 * @throws {BrokenLayout}
 */
export async function readLayout(folder: string, known: KnownBlobs): Promise<string | null> {
  const index = await readFile(join(folder, 'index.json')).catch(() => null);
  if (index === null) return null;
  const { manifests } = parsed(index) as { readonly manifests?: unknown };
  const [root] = descriptorsIn(manifests);
  if (!root) throw new BrokenLayout('its index leads nowhere');
  for (const blob of [root, ...(await blobsOf(folder, root, known))]) await known.check(folder, blob);
  return root.digest;
}

/** Lets the index lead to this manifest, all at once. @returns bytes of all that it needs @throws {BrokenLayout} */
export async function writeIndex(
  folder: string,
  digest: string,
  known: KnownBlobs,
  mostBlobs: number,
): Promise<number> {
  const { size } = await stat(blobPath(folder, digest));
  const root = { mediaType: manifestType, digest, size };
  const blobs = await blobsOf(folder, root, known);
  if (blobs.length >= mostBlobs) throw new TooManyBlobs(`it has more than ${mostBlobs} blobs`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const next = join(folder, 'index.json.next');
  await writeFile(next, JSON.stringify({ schemaVersion: 2, manifests: [root] }));
  await rename(next, join(folder, 'index.json'));
  return blobs.reduce((sum, blob) => sum + blob.size, size);
}

/**
 * Moves what the index does not lead to into another folder, which is there. For a folder that nobody reads or writes: it is
 * done at once, so that nobody begins to meanwhile. @throws {BrokenLayout}
 */
export function collect(folder: string, into: string, known: KnownBlobs): void {
  const index = readFileSync(join(folder, 'index.json'));
  const [root] = descriptorsIn((parsed(index) as { readonly manifests?: unknown }).manifests);
  if (!root) throw new BrokenLayout('its index leads nowhere');
  const kept = new Set([root, ...blobsIn(readFileSync(blobPath(folder, root.digest)))].map(({ digest }) => digest));
  for (const name of readdirSync(join(folder, 'blobs/sha256'))) {
    if (kept.has(`sha256:${name}`)) continue;
    renameSync(join(folder, 'blobs/sha256', name), join(into, name));
    known.forget(folder, `sha256:${name}`);
  }
}

/** Marks a layout as used now. */
export async function touch(folder: string): Promise<void> {
  const now = new Date();
  await utimes(join(folder, 'index.json'), now, now).catch(() => {});
}

interface Blob {
  readonly digest: string;
  readonly size: number;
}

async function blobsOf(folder: string, root: Blob, known: KnownBlobs): Promise<Blob[]> {
  if (root.size > mostManifestBytes) throw new BrokenLayout('its manifest is too large');
  await known.check(folder, root);
  return blobsIn(await readFile(blobPath(folder, root.digest)));
}

/** What a cache's manifest leads to; older engines write an index instead. */
function blobsIn(manifest: Uint8Array): Blob[] {
  const { config, layers, manifests } = parsed(manifest) as Readonly<Record<string, unknown>>;
  return [...(config ? descriptorsIn([config]) : []), ...descriptorsIn(layers), ...descriptorsIn(manifests)];
}

function descriptorsIn(list: unknown): Blob[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new BrokenLayout('a list of blobs is none');
  return list.map((entry: unknown) => {
    const { digest, size } = (entry ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest) || !Number.isSafeInteger(size))
      throw new BrokenLayout('a blob has no digest or no size');
    return { digest, size: size as number };
  });
}

function parsed(bytes: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // The same is to be said of it.
  }
  throw new BrokenLayout('a document in it cannot be read');
}
