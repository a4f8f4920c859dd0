import {
  authMethods,
  type ContentStore,
  contentMethods,
  namedTree,
  type RegistryAuth,
  type SessionMethod,
  SyncTree,
  secretsMethod,
  treeNames,
} from '@cooperage/buildkit';
import type { BuildRequest } from '../build-request.js';

/** Everything but trees that the engine may ask for during a build, from its request. */
export function sessionMethods(
  request: BuildRequest,
  stores: ReadonlyMap<string, ContentStore>,
  cacheExport?: string,
): SessionMethod[] {
  return [
    secretsMethod(request.secrets),
    ...contentMethods(stores),
    ...authMethods(registryAuth(request, cacheExport)),
  ];
}

/** What a session has of one Dockerfile: its trees by their names. @throws {TypeError} on a broken file list */
export function treesOf(request: BuildRequest): ReadonlyMap<string, SyncTree> {
  return new Map([
    [treeNames.context, new SyncTree(request.context.files)],
    [treeNames.dockerfile, dockerfileTree(request)],
    ...namedTrees(request),
  ]);
}

/** The engine looks for an ignore file in each of them and finds what was applied already: a second time changes nothing. */
function namedTrees({ namedContexts = [] }: BuildRequest): [string, SyncTree][] {
  return namedContexts.flatMap((context, index) =>
    context.kind === 'folder' ? [[namedTree(index), new SyncTree(context.files)]] : [],
  );
}

let serial = 0n;

/**
 * The Dockerfile alone, with an empty ignore file beside it: the context is filtered already, and BuildKit then does not
 * ask for `.dockerignore`, which saves a round and keeps it from being applied a second time.
 */
function dockerfileTree({ dockerfile }: BuildRequest): SyncTree {
  const file = (path: string, content: Uint8Array) => ({
    path,
    kind: 'file' as const,
    mode: 0o644,
    sizeBytes: content.byteLength,
    mtimeNs: BigInt(Date.now()) * 1_000_000n + (serial++ % 1_000_000n),
    read: async () => content,
  });
  const ignore = Buffer.from('# The context is filtered before it is sent.\n');
  return new SyncTree([file(dockerfile.path, dockerfile.content), file(`${dockerfile.path}.dockerignore`, ignore)]);
}

/** Tokens are for the service's own registry: where the image goes and where caches are. */
function registryAuth(request: BuildRequest, cacheExport?: string): RegistryAuth {
  const references = [...request.cacheImports, ...(cacheExport ? [cacheExport] : [])];
  const own = new Set([request.push.host, ...references.map((reference) => reference.split('/', 1)[0]!)]);
  const credentials = (host: string) => request.registryAuth.credentials(dockerHub.get(host) ?? host);
  return {
    hasTokens: (host) => own.has(host) && credentials(host) === null,
    token: (host, scopes) => request.registryAuth.token(host, scopes),
    credentials,
  };
}

/** Docker Hub's registry is not where its name says. */
const dockerHub = new Map([
  ['registry-1.docker.io', 'docker.io'],
  ['index.docker.io', 'docker.io'],
]);
