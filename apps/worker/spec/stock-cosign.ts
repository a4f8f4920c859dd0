import { cosignSays, services } from '@cooperage/testing';
import type { TestProject, WorkerSystem } from './worker-system.js';

/** What stock cosign says of an image of a project, by the project's key. @throws {Error} when it refuses */
export async function cosign(
  { db }: WorkerSystem,
  { id: projectId, repository }: TestProject,
  verb: 'verify' | 'verify-attestation',
  digest: string,
  ...more: string[]
): Promise<string> {
  const key = await db.prisma.signingKey.findFirstOrThrow({ where: { projectId } });
  const { host } = services().registry;
  return cosignSays({ host, repository, digest, publicKeyPem: key.publicKeyPem! }, verb, ...more);
}

/** Of SLSA's provenance, as far as tests look at it. */
interface Provenance {
  readonly buildDefinition: {
    readonly externalParameters: Readonly<Record<string, unknown>>;
    readonly internalParameters: Readonly<Record<string, unknown>>;
    readonly resolvedDependencies: readonly {
      readonly uri: string;
      readonly digest: Readonly<Record<string, string>>;
    }[];
  };
  readonly runDetails: { readonly metadata: { readonly invocationId: string } };
}

/** Each provenance of an image that stock cosign has verified. @throws {Error} when it finds none */
export async function provenancesOf(
  system: WorkerSystem,
  project: TestProject,
  { digest }: { readonly digest: string | null },
): Promise<[Provenance, ...Provenance[]]> {
  const said = await cosign(system, project, 'verify-attestation', digest!, '--type', 'slsaprovenance1');
  const statements = said.trim().split('\n');
  return statements.map((line) => {
    const { payload } = JSON.parse(line) as { payload: string };
    return (JSON.parse(Buffer.from(payload, 'base64').toString()) as { predicate: Provenance }).predicate;
  }) as [Provenance, ...Provenance[]];
}
