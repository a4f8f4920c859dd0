import type { Check as CheckView, Key, Signatures } from '@cooperage/contracts';
import { keyCounts, type ProjectRecord, type PublicKeyRecord, type VerificationRecord } from '@cooperage/db';
import { builderAddress, type Digest, projectAddress, projectRepository } from '@cooperage/domain';
import {
  admissionSnippets,
  type Check,
  type CosignCommand,
  cosignTree,
  cosignVerify,
  cosignVerifyAttestation,
} from '@cooperage/signing/verify';
import type { ApiSettings } from '../app/settings.js';

function publicKeyUrl(keyId: string, settings: ApiSettings): string {
  return `${settings.publicUrl}/api/v1/keys/${keyId}.pub`;
}

export function presentKey(key: PublicKeyRecord, settings: ApiSettings): Key {
  return {
    ...key,
    algorithm: 'ecdsa-p256-sha256',
    publicKeyUrl: publicKeyUrl(key.id, settings),
    createdAt: key.createdAt.toISOString(),
    retiredAt: key.retiredAt?.toISOString() ?? null,
    verifyUntil: key.verifyUntil?.toISOString() ?? null,
  };
}

export interface SignatureFacts {
  readonly project: ProjectRecord;
  readonly digest: Digest;
  readonly verification: VerificationRecord | null;
  /** What was found last by a verification that could ask the registry. */
  readonly lastKnown: Signatures['lastKnown'];
  readonly keys: readonly PublicKeyRecord[];
}

export function presentSignatures(
  { project, digest, verification, lastKnown, keys }: SignatureFacts,
  settings: ApiSettings,
): Signatures {
  const checks = verification === null ? [] : storedChecks(verification.checks);
  const key = signerOf(checks, keys);
  const repository = projectRepository(project.organizationSlug, project.slug);
  return {
    digest,
    reference: `${settings.publicRegistry.host}/${repository}@${digest}`,
    state: verification?.verdict ?? 'unchecked',
    lastKnown,
    checkedAt: verification?.at.toISOString() ?? null,
    checks: checks.map(presentCheck),
    keyId: key?.id ?? null,
    publicKeyUrl: key ? publicKeyUrl(key.id, settings) : null,
    commands: commandsFor(project, digest, key, settings),
    snippets: snippetsFor(project, keys, settings),
  };
}

/** Written by control and by ourselves, both from the verifier's own checks. */
function storedChecks(value: unknown): readonly Check[] {
  return Array.isArray(value) ? (value as Check[]) : [];
}

/** The key that a signature was found by; else the one that signs now. */
function signerOf(checks: readonly Check[], keys: readonly PublicKeyRecord[]): PublicKeyRecord | undefined {
  const hint = checks.find((check) => check.id === 'signature' || check.id === 'legacy_signature')?.evidence.key;
  return keys.find((key) => key.hint === hint) ?? keys.find((key) => key.state === 'signing');
}

export function presentCheck({ id, title, ok, required, expected, found, evidence }: Check): CheckView {
  const looked = Object.entries(evidence).map(([name, value]) => `${name}: ${value}`);
  return { id, title, ok, required, expected, found, evidence: looked.length > 0 ? looked.join('\n') : null };
}

/** Without a key only those that need none. */
function commandsFor(
  project: ProjectRecord,
  digest: Digest,
  key: PublicKeyRecord | undefined,
  settings: ApiSettings,
): Signatures['commands'] {
  const { organizationSlug, slug } = project;
  const repository = projectRepository(organizationSlug, slug);
  const image = `${settings.publicRegistry.host}/${repository}@${digest}`;
  const target = {
    ...{ host: settings.publicRegistry.host, repository, digest, key: key ? publicKeyUrl(key.id, settings) : '' },
    project: projectAddress(settings.publicUrl, { organizationSlug, projectSlug: slug }),
    plainHttp: settings.publicRegistry.insecure,
  };
  const cosign = (title: string, { args, text }: CosignCommand) => ({ title, arguments: ['cosign', ...args], text });
  const plain = (title: string, ...words: string[]) => ({ title, arguments: words, text: words.join(' ') });
  return [
    plain('Pull', 'docker', 'pull', image),
    ...(key
      ? [
          cosign('Verify the signature', cosignVerify(target)),
          cosign('Verify the provenance', cosignVerifyAttestation(target)),
        ]
      : []),
    plain('Inspect', 'docker', 'buildx', 'imagetools', 'inspect', image),
    cosign('Show all that lies beside it', cosignTree(target)),
  ];
}

/** For every key that counts: a snippet that forgot one would keep good images out. */
function snippetsFor(
  { organizationSlug, slug, remoteUrl, defaultBranch, protectedBranches, protectedTags }: ProjectRecord,
  keys: readonly PublicKeyRecord[],
  { publicRegistry: registry, publicUrl }: ApiSettings,
): Signatures['snippets'] {
  const publicKeys = keys.filter((key) => keyCounts(key, new Date())).flatMap((key) => key.publicKeyPem ?? []);
  if (publicKeys.length === 0) return [];
  const branches = [...(defaultBranch === null ? [] : [defaultBranch]), ...protectedBranches];
  const refs = [...branches.map((branch) => `refs/heads/${branch}`), ...protectedTags.map((tag) => `refs/tags/${tag}`)];
  // A policy without any ref would be another one.
  if (refs.length === 0) return [];
  const snippets = admissionSnippets({
    ...{ host: registry.host, repository: projectRepository(organizationSlug, slug), publicKeys },
    project: projectAddress(publicUrl, { organizationSlug, projectSlug: slug }),
    builderId: builderAddress(publicUrl),
    // What else is built is signed as well, and is not meant for production.
    zone: 'protected',
    source: { address: remoteUrl, refs },
  });
  return snippets.map((snippet) => ({ ...snippet, notes: [...snippet.notes] }));
}
