import { type Bundle, bundleFromJSON, isBundleWithDsseEnvelope, type SerializedBundle } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify';
import { bundleTypePrefix, inTotoType } from '../format/media-types.js';
import { objectOf, readStatement } from '../format/statement.js';
import { type Judgement, refuse, type TrustedStatement, trusted } from './judgement.js';
import type { TrustedKeys } from './trusted-keys.js';

/**
 * Whether a sigstore bundle holds a statement signed by one of our keys. Which image, project and predicate it is about
 * is for the caller to compare: this checks the signature alone.
 *
 * What a bundle carries is a claim. Our own carry no log entry and no timestamp, and there is no log here whose key is trusted,
 * so a bundle that does carry some is refused: it would count as verified with a claim in it that nobody has verified. The
 * bundle format leaves it to the verifier's policy which entries it demands; cosign with a key and `--insecure-ignore-tlog` passes
 * them over. Entries of a log that is trusted here would be verified.
 */
export function judgeBundle(bytes: Uint8Array, keys: TrustedKeys): Judgement<TrustedStatement> {
  const bundle = readBundle(bytes);
  if (typeof bundle === 'string') return refuse(bundle);
  if (!isBundleWithDsseEnvelope(bundle)) return refuse('not_a_statement');
  const { payload, payloadType } = bundle.content.dsseEnvelope;
  const statement = payloadType === inTotoType ? readStatement(payload) : null;
  if (statement === null) return refuse('not_a_statement');
  const material = bundle.verificationMaterial.content;
  const hint = material.$case === 'publicKey' ? material.publicKey.hint : '';
  if (!keys.byHint(hint)) return refuse('another_key', statement.predicateType);
  if (!isVerified(bundle, keys)) return refuse('wrong_signature', statement.predicateType);
  return trusted(statement, hint);
}

function readBundle(bytes: Uint8Array): Bundle | 'malformed' | 'several_signatures' | 'unknown_log' {
  try {
    const json = objectOf(JSON.parse(Buffer.from(bytes).toString('utf8')));
    if (!String(json?.mediaType).startsWith(bundleTypePrefix)) return 'malformed';
    const signatures = objectOf(json?.dsseEnvelope)?.signatures;
    if (Array.isArray(signatures) && signatures.length !== 1) return 'several_signatures';
    const bundle = bundleFromJSON(json as unknown as SerializedBundle);
    return claimsMore(bundle) ? 'unknown_log' : bundle;
  } catch {
    return 'malformed';
  }
}

function claimsMore({ verificationMaterial: { tlogEntries, timestampVerificationData } }: Bundle): boolean {
  return tlogEntries.length > 0 || (timestampVerificationData?.rfc3161Timestamps.length ?? 0) > 0;
}

function isVerified(bundle: Bundle, keys: TrustedKeys): boolean {
  const nothing = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [], mediaType: '' };
  const trust = toTrustMaterial(nothing, (hint) => {
    const key = keys.byHint(hint);
    if (!key) throw new VerificationError({ code: 'PUBLIC_KEY_ERROR', message: 'another key' });
    return { publicKey: key.key, validFor: () => true };
  });
  try {
    new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundle));
    return true;
  } catch {
    return false;
  }
}
