import {
  type BuildContextSource,
  BuildFailure,
  type ManifestEntry,
  namedEntries,
  parseBuildContext,
  parseContextName,
} from '@cooperage/domain';
import type { RequestedContext } from '@cooperage/engines';
import type { BuildContext, ContextFile } from '@cooperage/source';

type Named = ReadonlyMap<string, BuildContextSource>;

/**
 * What a build's settings or its definition name, checked once more at use.
 * @param targets that are built before it: settings have none
 * @throws {BuildFailure} `InvalidBuildConfig`
 */
export function namedContextsOf(settings: Readonly<Record<string, string>>, targets: readonly string[] = []): Named {
  return new Map(
    Object.entries(settings).map(([name, source]) => {
      try {
        return [parseContextName(name), knownContext(source, targets)];
      } catch (error) {
        const message = `The context ${JSON.stringify(name)} is refused: ${(error as Error).message}.`;
        throw new BuildFailure('InvalidBuildConfig', message, { cause: error });
      }
    }),
  );
}

function knownContext(source: string, targets: readonly string[]): BuildContextSource {
  const context = parseBuildContext(source);
  if (context.kind === 'target' && !targets.includes(context.target))
    throw new TypeError('it names a target that is not built before it');
  return context;
}

/** The folders among them, which the repository must have. */
export function foldersOf(named: Named): ReadonlyMap<string, string> {
  return new Map([...named].flatMap(([name, context]) => (context.kind === 'folder' ? [[name, context.path]] : [])));
}

/** In the order of their names: the engine keeps a tree for each place. */
export function requestedContexts(named: Named, { namedFolders }: BuildContext): RequestedContext[] {
  const folders = namedFolders.map(({ name, files }) => ({ name, kind: 'folder' as const, files }));
  const others = [...named].flatMap(([name, context]) => (context.kind === 'folder' ? [] : [{ name, ...context }]));
  return [...folders, ...others].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the context and the folders beside it hold, as it is recorded. */
export function manifestOf({ files, namedFolders }: BuildContext): ManifestEntry[] {
  return [...entries(files), ...namedFolders.flatMap((folder) => namedEntries(folder.name, entries(folder.files)))];
}

function entries(files: readonly ContextFile[]): ManifestEntry[] {
  return files.map(({ path, kind, mode, blobId = '' }) => ({ path, kind, mode, blobId }));
}
