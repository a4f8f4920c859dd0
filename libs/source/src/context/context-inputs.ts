import { BuildFailure, parseRepositoryPath } from '@cooperage/domain';
import type { ObjectReader } from '../objects/object-reader.js';
import { maxParts, maxReadBytes, PathResolver, type Resolved } from '../objects/path-resolver.js';
import { orAborted } from '../or-aborted.js';
import type { SourceLimits } from '../source-limits.js';
import type { ContextDockerfile, ContextPaths } from './build-context.js';
import { DockerIgnore } from './docker-ignore.js';

export interface InputSource {
  readonly reader: ObjectReader;
  readonly limits: SourceLimits;
  readonly list: { readonly signal?: AbortSignal | undefined };
  /** That of the preparation: without it, each path may read as much as all paths of one. */
  readonly paths?: PathResolver;
}

/** A folder to be sent: its tree, and what of it is left out. */
export interface IgnoringFolder {
  /** Id of the folder's tree. */
  readonly folder: string;
  readonly ignore: DockerIgnore;
}

interface ContextInputs extends IgnoringFolder {
  readonly dockerfile: ContextDockerfile;
}

interface IgnoreRoots {
  /** The commit's root tree. */
  readonly tree: string;
  readonly contextTree: string;
  readonly contextPath: string;
}

/** What two paths of a project's settings mean at one commit: they are checked here again, at use (S-027). */
export async function readInputs(tree: string, paths: ContextPaths, source: InputSource): Promise<ContextInputs> {
  const contextPath = checkedPath(paths.contextPath, 'context path');
  const dockerfilePath = checkedPath(paths.dockerfilePath, 'Dockerfile path');
  const folder = await resolve(source, tree, contextPath);
  if (folder.kind !== 'folder') throw new BuildFailure('ContextNotFound', contextSentence(contextPath, folder));
  const dockerfile = paths.dockerfile ?? (await readDockerfile(tree, dockerfilePath, source));
  const roots = { tree, contextTree: folder.id, contextPath };
  const ignore = paths.dockerfile
    ? await readRootIgnore(folder.id, contextPath, source)
    : await readIgnore(roots, dockerfilePath, source);
  return { folder: folder.id, dockerfile, ignore };
}

/** @throws {BuildFailure} `InvalidBuildConfig` or `ContextNotFound`, which names the context */
export async function readNamedFolder(
  tree: string,
  name: string,
  path: string,
  source: InputSource,
): Promise<IgnoringFolder> {
  const checked = checkedPath(path, `folder of the context “${name}”`);
  const folder = await resolve(source, tree, checked);
  if (folder.kind !== 'folder')
    throw new BuildFailure('ContextNotFound', `The context “${name}”: ${contextSentence(checked, folder)}`);
  const ignore = await readRootIgnore(folder.id, checked, source);
  return { folder: folder.id, ignore };
}

/** @returns null where there is no such file. @throws {BuildFailure} `InvalidBuildConfig` */
export async function readFile(
  tree: string,
  path: string,
  maxBytes: number,
  reader: ObjectReader,
  signal?: AbortSignal,
): Promise<Buffer | null> {
  const checked = checkedPath(path, 'path');
  const file = await new PathResolver(reader, signal).resolve(tree, checked);
  const place = { place: { file: checked } };
  const outside = wayFault(checked, file);
  if (outside !== undefined) throw new BuildFailure('InvalidBuildConfig', outside, place);
  if (file.kind !== 'file') return null;
  const content = await readBounded(reader, file.id, maxBytes, signal);
  if (!content) throw new BuildFailure('InvalidBuildConfig', `${checked} has more than ${maxBytes} bytes.`, place);
  return content;
}

function checkedPath(path: string, name: string): string {
  try {
    return parseRepositoryPath(path);
  } catch (error) {
    throw new BuildFailure('InvalidBuildConfig', `The ${name} is refused: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

async function readDockerfile(tree: string, path: string, source: InputSource): Promise<ContextDockerfile> {
  const { reader, limits, list } = source;
  const file = await resolve(source, tree, path);
  if (file.kind !== 'file')
    throw new BuildFailure('DockerfileNotFound', dockerfileSentence(path, file), { place: { file: path } });
  const content = await readBounded(reader, file.id, limits.maxDockerfileBytes, list.signal);
  if (!content)
    throw new BuildFailure('DockerfileInvalid', `The Dockerfile has more than ${limits.maxDockerfileBytes} bytes.`, {
      place: { file: path },
    });
  return { path, content };
}

/** `<Dockerfile>.dockerignore` beside the Dockerfile wins over the one in the context's root, even when it is empty. */
async function readIgnore(roots: IgnoreRoots, dockerfilePath: string, source: InputSource): Promise<DockerIgnore> {
  const beside = `${dockerfilePath}.dockerignore`;
  const own = await readIgnoreFile(roots.tree, beside, beside, source);
  if (own) return DockerIgnore.parse(own.toString('utf8'), beside);
  return readRootIgnore(roots.contextTree, roots.contextPath, source);
}

async function readRootIgnore(tree: string, path: string, source: InputSource): Promise<DockerIgnore> {
  const shown = path === '.' ? '.dockerignore' : `${path}/.dockerignore`;
  const content = await readIgnoreFile(tree, '.dockerignore', shown, source);
  return content ? DockerIgnore.parse(content.toString('utf8'), shown) : DockerIgnore.none;
}

async function readIgnoreFile(
  tree: string,
  path: string,
  shown: string,
  source: InputSource,
): Promise<Buffer | undefined> {
  const { reader, limits, list } = source;
  const file = await resolve(source, tree, path);
  if (file.kind === 'missing' || file.kind === 'folder') return undefined;
  if (file.kind !== 'file')
    throw new BuildFailure('InvalidBuildConfig', wayFault(shown, file)!, { place: { file: shown } });
  const content = await readBounded(reader, file.id, limits.maxIgnoreFileBytes, list.signal);
  if (content) return content;
  const message = `${shown} has more than ${limits.maxIgnoreFileBytes} bytes.`;
  throw new BuildFailure('InvalidBuildConfig', message, { place: { file: shown } });
}

function resolve({ paths, reader, list }: InputSource, tree: string, path: string): Promise<Resolved> {
  return (paths ?? new PathResolver(reader, list.signal)).resolve(tree, path);
}

/** @returns undefined when the blob has more bytes. */
async function readBounded(
  reader: ObjectReader,
  id: string,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Buffer | undefined> {
  return orAborted(reader.read(id, maxBytes), signal).then(
    ({ content }) => content,
    (error: Error) => {
      if (error.name === 'ObjectTooLarge') return undefined;
      throw error;
    },
  );
}

function contextSentence(path: string, found: Resolved): string {
  if (found.kind === 'file') return `${path} is a file at this commit, not a folder.`;
  return wayFault(path, found) ?? `The context folder ${path} does not exist at this commit.`;
}

function dockerfileSentence(path: string, found: Resolved): string {
  if (found.kind === 'folder') return `${path} is a folder at this commit, not a Dockerfile.`;
  return wayFault(path, found) ?? `There is no ${path} at this commit.`;
}

/** Why a path leads nowhere, where that is more than that nothing is there. */
function wayFault(path: string, { kind }: Resolved): string | undefined {
  switch (kind) {
    case 'outside':
      return `${path} is a link out of the repository, which is not followed.`;
    case 'loop':
      return `${path} is a link that leads back to itself.`;
    case 'long':
      return `${path} leads through more than ${maxParts} folders and links, which is the most that are followed.`;
    case 'large':
      return (
        `The folders on the way to ${path} have too many entries: ` +
        `at most ${maxReadBytes / 1024 ** 2} MiB of folders are read to find the files of one build.`
      );
    default:
      return undefined;
  }
}
