import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writeAtomic } from '../../files/atomic-file.ts';

/** An image as an OCI image layout, and the name under which a registry is to have it: `library/busybox:latest`. */
export interface StoredImage {
  readonly reference: string;
  readonly layout: string;
}

interface Descriptor {
  readonly digest: string;
}

/**
 * Writes images into the storage of a registry that does not run, so that it never has to take a write: its port is open to
 * everybody on the machine. What else is in the storage goes. The files are those of docker-registry's storage, version 2:
 * https://github.com/distribution/distribution/blob/v2.8.3/registry/storage/paths.go
 */
export function fillStorage(storage: string, images: readonly StoredImage[]): void {
  const root = path.join(storage, 'docker/registry/v2');
  rmSync(path.join(root, 'repositories'), { recursive: true, force: true });
  for (const image of images) storeImage(root, image);
  keepBlobs(path.join(root, 'blobs/sha256'), new Set(images.flatMap(({ layout }) => blobsIn(layout))));
}

function storeImage(root: string, { reference, layout }: StoredImage): void {
  const [name = '', tag = 'latest'] = reference.split(':');
  const { manifests } = read<{ manifests: readonly Descriptor[] }>(path.join(layout, 'index.json'));
  const digest = manifests[0]!.digest;
  for (const blob of blobsIn(layout)) copyBlob(layout, root, blob);
  const { config, layers } = read<{ config: Descriptor; layers: readonly Descriptor[] }>(
    blobFile(layout, hexOf(digest)),
  );
  const repository = path.join(root, 'repositories', name);
  for (const part of [config, ...layers])
    link(path.join(repository, '_layers/sha256', hexOf(part.digest)), part.digest);
  const manifest = path.join(repository, '_manifests');
  link(path.join(manifest, 'revisions/sha256', hexOf(digest)), digest);
  link(path.join(manifest, 'tags', tag, 'current'), digest);
  link(path.join(manifest, 'tags', tag, 'index/sha256', hexOf(digest)), digest);
}

/** What is there by that name is not believed: others could once write to a storage of ours. */
function copyBlob(layout: string, root: string, hex: string): void {
  const file = path.join(root, 'blobs/sha256', hex.slice(0, 2), hex, 'data');
  rmSync(file, { force: true });
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    linkSync(blobFile(layout, hex), file);
  } catch {
    // Another file system.
    writeAtomic(file, readFileSync(blobFile(layout, hex)), 0o600);
  }
}

function keepBlobs(folder: string, kept: ReadonlySet<string>): void {
  if (!existsSync(folder)) return;
  for (const prefix of readdirSync(folder))
    for (const hex of readdirSync(path.join(folder, prefix)))
      if (!kept.has(hex)) rmSync(path.join(folder, prefix, hex), { recursive: true, force: true });
}

function link(folder: string, digest: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeAtomic(path.join(folder, 'link'), digest, 0o600);
}

function blobsIn(layout: string): string[] {
  return readdirSync(path.join(layout, 'blobs/sha256'));
}

function blobFile(layout: string, hex: string): string {
  return path.join(layout, 'blobs/sha256', hex);
}

function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, '');
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
