import { isUtf8 } from 'node:buffer';
import { BuildFailure, visibleText } from '@cooperage/domain';
import type { BlobStreams } from '../objects/blob-stream.js';
import type { ObjectReader } from '../objects/object-reader.js';
import { BrokenObject } from '../objects/object-sum.js';
import { linkTarget } from '../objects/path-resolver.js';
import { type ListedEntry, listTree, type TreeListOptions } from '../objects/tree-list.js';
import { pathsTooLong } from '../objects/tree-walk.js';
import type { SourceLimits } from '../source-limits.js';
import type { BuildContext, ContextFile, ContextPaths, NamedFolder } from './build-context.js';
import { type IgnoringFolder, readInputs, readNamedFolder } from './context-inputs.js';
import { type Selected, selectContext } from './context-tree.js';
import { FileIdentity } from './file-identity.js';

export interface ContextSource {
  readonly reader: ObjectReader;
  readonly streams: BlobStreams;
  readonly list: Omit<TreeListOptions, 'reader' | 'limits' | 'timeoutMs'>;
  /** By folder: the engine keeps one tree for each. */
  readonly identityOf: (path: string) => FileIdentity;
  readonly limits: SourceLimits;
  /** Deals with what a file could not be read for, long after it was listed. Gives what the engine's build ends with. */
  readonly faultOf: (error: unknown) => Promise<unknown>;
}

interface PlacedEntry {
  readonly path: string;
  readonly listed: ListedEntry;
}

/** Files up to this size are read whole, through the kept process. */
const wholeFileBytes = 256 * 1024;

/**
 * The contexts of one build, of one commit, as lists for an engine: nothing is checked out, nothing outside the commit is read.
 * Together they may hold what one may. A context that several of them have in common is read once and counts once; a named
 * folder is sent by each that names it, and counts each time.
 * @throws {BuildFailure} `ContextNotFound`, `DockerfileNotFound`, `DockerfileInvalid`, `InvalidBuildConfig` or
 * `SourceTooLarge`.
 */
export async function readContexts(
  tree: string,
  list: readonly ContextPaths[],
  source: ContextSource,
): Promise<BuildContext[]> {
  const { maxFiles: files, maxContextBytes: bytes, maxPathsBytes: pathsBytes } = source.limits;
  const budget: Budget = { files, bytes, pathsBytes, read: new Map() };
  const contexts: BuildContext[] = [];
  for (const paths of list) contexts.push(await readContext(tree, paths, budget, source));
  return contexts;
}

async function readContext(
  tree: string,
  paths: ContextPaths,
  budget: Budget,
  source: ContextSource,
): Promise<BuildContext> {
  const inputs = await readInputs(tree, paths, source);
  const context = await contextOf(inputs, paths.contextPath, budget, source);
  const namedFolders: NamedFolder[] = [];
  for (const [name, path] of [...(paths.namedFolders ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const { files } = await readFolder(await readNamedFolder(tree, name, path, source), path, budget, source);
    namedFolders.push({ name, files });
  }
  const totalBytes = source.limits.maxContextBytes - budget.bytes;
  return { ...context, namedFolders, totalBytes, dockerfile: inputs.dockerfile };
}

/** What all folders of a build together may still hold. */
interface Budget {
  files: number;
  bytes: number;
  /** For the paths of files and folders. */
  pathsBytes: number;
  /** By folder and ignore file. */
  readonly read: Map<string, SentFolder>;
}

type SentFolder = Pick<BuildContext, 'files' | 'sharedKey'>;

async function contextOf(
  from: IgnoringFolder,
  path: string,
  budget: Budget,
  source: ContextSource,
): Promise<SentFolder> {
  const name = JSON.stringify([path, from.folder, from.ignore.text]);
  const sent = budget.read.get(name) ?? (await readFolder(from, path, budget, source));
  budget.read.set(name, sent);
  return sent;
}

async function readFolder(
  { folder, ignore }: IgnoringFolder,
  path: string,
  budget: Budget,
  source: ContextSource,
): Promise<SentFolder> {
  const { reader, limits } = source;
  const options = { ...source.list, reader, limits, timeoutMs: limits.localTimeoutMs };
  const listed = (await listTree(folder, options)).map(placed);
  const selected = await selectContext(listed, ignore, (each) => spend(each, budget, limits));
  refuseUnreadable(selected);
  const ids = selected.map(({ entry }) => (entry ? identityOf(entry.listed) : ''));
  const { sharedKey, mtimesNs } = source.identityOf(path).stamp(ids);
  const files = await Promise.all(selected.map((item, index) => contextFile(item, mtimesNs[index]!, source)));
  return { files, sharedKey };
}

/** Names that are empty, `.`, `..` or `.git`: not taken apart, since all paths together may have millions of names. */
const notAllowed = /(?:^|\/)(?:\.{0,2}|\.git)(?:\/|$)/i;

function placed(listed: ListedEntry): PlacedEntry {
  const path = listed.path.toString('utf8');
  // Git's own check at the fetch refuses these, too; a list for an engine is no place for a second opinion.
  if (notAllowed.test(path))
    throw new BuildFailure('PolicyRefused', `The commit holds a path that is not allowed: ${visibleText(path)}`);
  return { path, listed };
}

function refuseUnreadable(selected: readonly Selected<PlacedEntry>[]): void {
  const unreadable = selected.find(({ entry }) => entry && !isUtf8(entry.listed.path));
  if (!unreadable) return;
  const message = `The name of a file is not valid UTF-8: ${visibleText(unreadable.path)}`;
  throw new BuildFailure('InvalidBuildConfig', message);
}

/** @throws {BuildFailure} `SourceTooLarge` where it is the first that the build may not hold */
function spend({ path, entry }: Selected<PlacedEntry>, budget: Budget, limits: SourceLimits): void {
  const size = entry?.listed.sizeBytes ?? 0;
  if (--budget.files < 0)
    throw new BuildFailure('SourceTooLarge', `The context has more than ${limits.maxFiles} files and folders.`);
  budget.pathsBytes -= entry?.listed.path.length ?? Buffer.byteLength(path);
  if (budget.pathsBytes < 0) throw pathsTooLong(limits);
  if (size > limits.maxBlobBytes)
    throw new BuildFailure('SourceTooLarge', `${visibleText(path)} has more than ${limits.maxBlobBytes} bytes.`);
  budget.bytes -= size;
  if (budget.bytes < 0)
    throw new BuildFailure('SourceTooLarge', `The context has more than ${limits.maxContextBytes} bytes.`);
}

/** The mode counts as content: a file made executable is another file. */
function identityOf({ id, kind, isExecutable }: ListedEntry): string {
  return `${kind}${isExecutable ? '+x' : ''} ${id}`;
}

async function contextFile(
  { path, entry }: Selected<PlacedEntry>,
  mtimeNs: bigint,
  source: ContextSource,
): Promise<ContextFile> {
  // A submodule is the empty folder that a clone without submodules makes of it (S-024 of the threat list).
  if (!entry || entry.listed.kind === 'submodule')
    return { path, kind: 'directory', mode: 0o755, sizeBytes: 0, mtimeNs: FileIdentity.folderTimeNs, read: nothing };
  const { id, kind, isExecutable, sizeBytes } = entry.listed;
  if (kind === 'symlink') {
    const target = await linkTarget(source.reader, id);
    if (target === undefined)
      throw new BuildFailure('InvalidBuildConfig', `The symbolic link ${visibleText(path)} has no valid target.`);
    return { path, kind, mode: 0o777, sizeBytes, mtimeNs, linkTarget: target, blobId: id, read: nothing };
  }
  const read = (): Promise<Uint8Array> | AsyncIterable<Uint8Array> =>
    sizeBytes <= wholeFileBytes ? readWhole(entry.listed, source) : readPieces(entry.listed, source);
  return { path, kind, mode: isExecutable ? 0o755 : 0o644, sizeBytes, mtimeNs, blobId: id, read };
}

async function readWhole({ id, sizeBytes }: ListedEntry, { reader, faultOf }: ContextSource): Promise<Uint8Array> {
  try {
    const { content } = await reader.read(id, wholeFileBytes);
    if (content.length !== sizeBytes) throw new BrokenObject(`the mirror has said another size of ${id}`);
    return content;
  } catch (error) {
    throw await faultOf(error);
  }
}

/** Its last piece may have gone on when it shows that it is another file: what has taken it must not come to a good end. */
async function* readPieces(
  { id, sizeBytes }: ListedEntry,
  { streams, faultOf }: ContextSource,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* streams.read(id, sizeBytes);
  } catch (error) {
    throw await faultOf(error);
  }
}

async function nothing(): Promise<Uint8Array> {
  return new Uint8Array(0);
}
