import type { BaseAnswer, BuildProjectRepository, DueBase } from '@cooperage/db';
import {
  dockerHub,
  type MasterKeys,
  openBox,
  type RepositoryName,
  registryAddressOf,
  SealedBoxError,
  sealedSubject,
} from '@cooperage/domain';
import {
  innerAddressCode,
  isIndexType,
  isRegistryError,
  parseImageReference,
  parseManifestDocument,
  type RegistryAddress,
  RegistryClient,
  type RegistryCredentials,
  type RegistryError,
  withPlainFallback,
} from '@cooperage/oci';
import type { ReadingClients } from '../tokens/reading-clients.js';

const timeoutMs = 10_000;

export interface RegistriesOfBases {
  /** This installation's own, of whose repositories a project may see those of its organization. */
  /** By each of its names. */
  readonly own: { readonly hosts: readonly string[]; readonly clients: ReadingClients };
  /** Asked by plain http in place of Docker Hub. */
  readonly mirror: string | null;
  /** `host:port` of those that may be without TLS. */
  readonly inner: readonly string[];
  /** Checks addresses as it connects. */
  readonly dispatcher: RegistryAddress['dispatcher'];
}

/** Asks a base image's registry what its tag points to, with the project's credential where it has one. */
export class AskRegistry {
  constructor(
    private readonly registries: RegistriesOfBases,
    private readonly projects: Pick<BuildProjectRepository, 'registryCredentials'>,
    private readonly keys: MasterKeys,
  ) {}

  /** @throws the reason of the signal, and what is no answer of a registry */
  async ask(base: DueBase, signal: AbortSignal): Promise<BaseAnswer> {
    try {
      const { host, repository, tag } = parseImageReference(base.name);
      if (tag === undefined) return { problem: 'invalid' };
      return await withPlainFallback(this.registries.inner.includes(host), async (scheme) => {
        const client = await this.clientOf(base, host, repository, scheme);
        return client ? pointsTo(client, repository, tag, base, signal) : { problem: 'foreign' };
      });
    } catch (error) {
      if (error instanceof SealedBoxError) return { problem: 'sealed' };
      if (error instanceof TypeError) return { problem: 'invalid' };
      if (isRegistryError(error)) return { problem: problemOf(error) };
      throw error;
    }
  }

  private async clientOf(
    base: DueBase,
    host: string,
    repository: RepositoryName,
    scheme: 'https' | 'http',
  ): Promise<RegistryClient | null> {
    const { own, mirror, dispatcher } = this.registries;
    if (own.hosts.includes(host))
      return repository.startsWith(`${base.organizationSlug}/`) ? own.clients.of(repository) : null;
    const options = { timeoutMs, ...(dispatcher && { dispatcher }) };
    if (host === dockerHub && mirror) return new RegistryClient({ ...options, host: mirror, scheme: 'http' });
    const credentials = await this.credentialsFor(base.projectId, host);
    return new RegistryClient({ ...options, host: registryAddressOf(host), scheme, credentials });
  }

  private async credentialsFor(projectId: string, host: string): Promise<RegistryCredentials> {
    const stored = await this.projects.registryCredentials(projectId);
    const found = stored.find((each) => each.host === host);
    if (!found) return { kind: 'anonymous' };
    const password = openBox(this.keys, found.sealed, sealedSubject.registryCredential(projectId, host));
    return { kind: 'basic', username: found.username, password: Buffer.from(password).toString('utf8') };
  }
}

/** A look at the tag costs no pull. What an index holds is read only when it is one that no build has noted. */
async function pointsTo(
  client: RegistryClient,
  repository: RepositoryName,
  tag: string,
  base: DueBase,
  signal: AbortSignal,
): Promise<BaseAnswer> {
  const seen = await client.manifests.head(repository, tag, { signal });
  if (!seen) return { problem: 'not_found' };
  const { digest, mediaType } = seen;
  if (digest === base.digest || base.used.includes(digest) || !isIndexType(mediaType)) return { digest, members: null };
  const { bytes } = await client.manifests.get(repository, digest, { signal });
  const document = parseManifestDocument(bytes, mediaType);
  return { digest, members: document.kind === 'index' ? document.manifests.map((each) => each.digest) : null };
}

function problemOf({ kind, code }: RegistryError): string {
  if (code === innerAddressCode) return 'inner';
  return kind === 'rejected' ? 'invalid' : kind;
}
