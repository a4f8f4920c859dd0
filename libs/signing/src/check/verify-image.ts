import type { Digest, RepositoryName } from '@cooperage/domain';
import type { CallOptions, RegistryClient } from '@cooperage/oci';
import { type ContentChecks, checkContent } from './check-content.js';
import {
  hasFullProvenance,
  legacyProvenanceCheck,
  type ProvenanceCandidate,
  provenanceChecks,
} from './check-provenance.js';
import {
  findSignature,
  findSimpleSigning,
  isSignedByUs,
  legacySignatureCheck,
  projectCheck,
  signatureCheck,
} from './check-signature.js';
import type { TrustedSimpleSigning } from './judge-legacy.js';
import type { TrustedStatement } from './judgement.js';
import { type OpenedLayer, searchAttestationTag, searchSignatureTag } from './search-legacy.js';
import { type OpenedBundle, type ReferrerSearch, type SearchContext, searchReferrers } from './search-referrers.js';
import { TrustedKeys } from './trusted-keys.js';
import type { Check, Expectations, Verdict, Verification } from './verification.js';

export interface VerifyRequest extends CallOptions {
  readonly client: RegistryClient;
  readonly repository: RepositoryName;
  readonly digest: Digest;
  /** PEMs of the keys whose signatures count: ECDSA P-256. */
  readonly publicKeys: readonly string[];
  readonly expected: Expectations;
  /** PEMs of keys that counted once. Whose signature it is that counts no more is said, and changes no verdict. */
  readonly formerKeys?: readonly string[];
  /** Digests of referrers that should be there: opened first, so that ours is found among however many of strangers. */
  readonly referrersFirst?: readonly Digest[];
}

interface Found {
  readonly content: ContentChecks;
  readonly referrers: ReferrerSearch;
  readonly signatureLayers: readonly OpenedLayer<TrustedSimpleSigning>[];
  readonly attestationLayers: readonly OpenedLayer<TrustedStatement>[];
}

/**
 * Reads from the registry all that can be said of an image and compares it with what is expected, check by check. A bad
 * image is a result, never an error, and nothing that the registry says is believed without its digest or signature.
 *
 * cosign's own command is satisfied with any statement by the key (even a bill of materials alone) and with a signature
 * copied from another repository; this asks for the signature predicate and for the project.
 *
 * @throws {RegistryError} `unavailable` or `denied`: then nothing is known about the image.
 * @throws {TypeError} when a public key is none.
 */
export async function verifyImage(request: VerifyRequest): Promise<Verification> {
  const found = await verifyByKeys(request);
  const { formerKeys = [] } = request;
  if (found.verdict !== 'untrusted' || formerKeys.length === 0) return found;
  const former = await verifyByKeys({ ...request, publicKeys: formerKeys });
  return { ...found, checks: found.checks.map((check) => namingFormerKey(check, former.checks)) };
}

/** A signature by a key that counts no more is worth another sentence than one by a stranger. */
function namingFormerKey(check: Check, former: readonly Check[]): Check {
  if (check.id !== 'signature' && check.id !== 'legacy_signature') return check;
  const then = former.find(({ id, ok }) => ok && id === check.id);
  return then ? { ...check, found: `${then.found}, whose signatures count no more` } : check;
}

async function verifyByKeys(request: VerifyRequest): Promise<Verification> {
  const { client, repository, digest, publicKeys, expected, signal, timeoutMs } = request;
  const context: SearchContext = {
    client,
    repository,
    digest,
    keys: new TrustedKeys(publicKeys),
    options: { signal, timeoutMs },
  };
  const [content, referrers, signatureLayers, attestationLayers] = await Promise.all([
    checkContent(context),
    searchReferrers(context, request.referrersFirst ?? [], (bundles) => isEnough(bundles, context, expected)),
    searchSignatureTag(context, (layers) => findSimpleSigning(layers, context, expected) !== undefined),
    demandsProvenance(expected)
      ? searchAttestationTag(context, (layers) => hasFullProvenance(layers.map(fromLayer), digest, expected))
      : [],
  ]);
  const found = { content, referrers, signatureLayers, attestationLayers };
  const checks = listChecks(context, found, expected);
  const ok = checks.every((check) => check.ok || !check.required);
  return { ok, verdict: ok ? 'verified' : verdictOf(found, context), repository, digest, checks };
}

function listChecks(context: SearchContext, found: Found, expected: Expectations): Check[] {
  const { content, referrers, signatureLayers, attestationLayers } = found;
  const isStrict = expected.storage !== 'any';
  const hasOlder = findSimpleSigning(signatureLayers, context, expected) !== undefined;
  const signature = signatureCheck(context, referrers, expected, isStrict || !hasOlder);
  const older = legacySignatureCheck(context, signatureLayers, expected, isStrict || !signature.ok);
  const project = projectCheck(context, referrers.bundles, signatureLayers, expected.project);
  const checks = [...content.checks, signature, ...(project ? [project] : []), older];
  if (!demandsProvenance(expected)) return checks;
  const newer = referrers.bundles.map(fromBundle);
  const olderProvenance = attestationLayers.map(fromLayer);
  const candidates = isStrict ? newer : [...newer, ...olderProvenance];
  checks.push(...provenanceChecks(context, candidates, expected));
  if (isStrict) checks.push(legacyProvenanceCheck(context, olderProvenance, expected));
  return checks;
}

function isEnough(bundles: readonly OpenedBundle[], { digest }: SearchContext, expected: Expectations): boolean {
  const signature = findSignature(bundles, digest, expected.project);
  const isBound = expected.project === null || signature?.subject.annotations.project === expected.project;
  if (!signature || !isBound) return false;
  return !demandsProvenance(expected) || hasFullProvenance(bundles.map(fromBundle), digest, expected);
}

function verdictOf({ content, referrers, signatureLayers }: Found, { digest }: SearchContext): Verdict {
  if (content.isGone) return 'gone';
  if (isSignedByUs(referrers.bundles, signatureLayers, digest)) return 'mismatch';
  return referrers.bundles.length + signatureLayers.length === 0 ? 'unsigned' : 'untrusted';
}

function demandsProvenance(expected: Expectations): boolean {
  return expected.provenance !== false;
}

function fromBundle({ referrer, judgement }: OpenedBundle): ProvenanceCandidate {
  return { where: referrer, judgement };
}

function fromLayer({ layer, judgement }: OpenedLayer<TrustedStatement>): ProvenanceCandidate {
  return { where: layer, judgement };
}
