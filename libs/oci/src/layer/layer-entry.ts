import type { LayerLimits } from './layer-limits.js';
import { LayerError } from './layer-problem.js';

export type FileKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'other';

/**
 * What a layer does to one path of the image. `removed` takes the path away that older layers made, `emptied` all that they
 * put into the folder (whiteouts of the OCI image specification).
 */
export interface LayerEntry {
  /** Without a slash at either end. Strangers chose it. */
  readonly path: string;
  readonly kind: FileKind | 'removed' | 'emptied';
  /** Bytes of its content in this layer; 0 for all but files. */
  readonly sizeBytes: number;
}

const kinds: Readonly<Record<string, FileKind>> = {
  '0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'device',
  '4': 'device',
  '5': 'directory',
};

/** The entry of a tar header; null for the root of the image itself. @throws {LayerError} */
export function layerEntry(
  header: { readonly path: string; readonly link: string; readonly type: string; readonly sizeBytes: number },
  limits: LayerLimits,
): LayerEntry | null {
  const parts = safeParts(header.path, limits);
  const kind = kinds[header.type] ?? 'other';
  // A hard link that leads out would show another file's content under its name.
  if (kind === 'hardlink') safeParts(header.link, limits);
  const name = parts.at(-1);
  if (name === undefined) return null;
  const folder = parts.slice(0, -1);
  if (name === '.wh..wh..opq') return { path: folder.join('/'), kind: 'emptied', sizeBytes: 0 };
  if (name.startsWith('.wh.')) return removal([...folder, name.slice('.wh.'.length)]);
  return { path: parts.join('/'), kind, sizeBytes: kind === 'file' ? header.sizeBytes : 0 };
}

function removal(parts: readonly string[]): LayerEntry {
  if (['', '.', '..'].includes(parts.at(-1)!)) throw new LayerError('unsafe_path');
  return { path: parts.join('/'), kind: 'removed', sizeBytes: 0 };
}

function safeParts(path: string, limits: LayerLimits): string[] {
  if (Buffer.byteLength(path) > limits.pathBytes) throw new LayerError('path_too_long');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || path.includes('\0')) throw new LayerError('unsafe_path');
  if (parts.length > limits.depth + 1) throw new LayerError('path_too_deep');
  return parts;
}
