import type { Check as CheckView, Key, Signatures } from '@cooperage/contracts';
import type { ProjectRecord, PublicKeyRecord, VerificationRecord } from '@cooperage/db';
import { type Digest, projectAddress, projectRepository } from '@cooperage/domain';
import { type Check, type CosignCommand, cosignVerify, cosignVerifyAttestation } from '@cooperage/signing/verify';
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
  };
}

export interface SignatureFacts {
  readonly project: ProjectRecord;
  readonly digest: Digest;
  readonly verification: VerificationRecord | null;
  readonly keys: readonly PublicKeyRecord[];
}

export function presentSignatures(
  { project, digest, verification, keys }: SignatureFacts,
  settings: ApiSettings,
): Signatures {
  const checks = verification === null ? [] : storedChecks(verification.checks);
  const key = signerOf(checks, keys);
  const repository = projectRepository(project.organizationSlug, project.slug);
  return {
    digest,
    reference: `${settings.registry.host}/${repository}@${digest}`,
    state: stateOf(verification, checks),
    checkedAt: verification?.at.toISOString() ?? null,
    checks: checks.map(presentCheck),
    keyId: key?.id ?? null,
    publicKeyUrl: key ? publicKeyUrl(key.id, settings) : null,
    commands: key ? commandsFor(project, digest, key, settings) : [],
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

/** `unsigned` where nothing beside the image even claims to be a signature. */
function stateOf(verification: VerificationRecord | null, checks: readonly Check[]): Signatures['state'] {
  if (verification === null) return 'unchecked';
  if (verification.ok) return 'verified';
  const signatures = checks.filter((check) => check.id === 'signature' || check.id === 'legacy_signature');
  const isBare = signatures.length > 0 && signatures.every((check) => !check.ok && isEmpty(check));
  return isBare ? 'unsigned' : 'refused';
}

function isEmpty({ evidence }: Check): boolean {
  const { referrers = '0', ...others } = evidence;
  return referrers === '0' && Object.keys(others).length === 0;
}

function presentCheck({ id, title, ok, required, expected, found, evidence }: Check): CheckView {
  const looked = Object.entries(evidence).map(([name, value]) => `${name}: ${value}`);
  return { id, title, ok, required, expected, found, evidence: looked.length > 0 ? looked.join('\n') : null };
}

function commandsFor(
  project: ProjectRecord,
  digest: Digest,
  key: PublicKeyRecord,
  settings: ApiSettings,
): Signatures['commands'] {
  const { organizationSlug, slug } = project;
  const target = {
    host: settings.registry.host,
    repository: projectRepository(organizationSlug, slug),
    digest,
    key: publicKeyUrl(key.id, settings),
    project: projectAddress(settings.publicUrl, { organizationSlug, projectSlug: slug }),
    plainHttp: settings.registry.insecure,
  };
  const present = (title: string, { args, text }: CosignCommand) => ({ title, arguments: ['cosign', ...args], text });
  return [
    present('Verify the signature', cosignVerify(target)),
    present('Verify the provenance', cosignVerifyAttestation(target)),
  ];
}
