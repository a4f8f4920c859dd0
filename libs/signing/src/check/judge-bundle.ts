import { type Bundle, bundleFromJSON, isBundleWithDsseEnvelope, type SerializedBundle } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify';
import { bundleTypePrefix, inTotoType } from '../format/media-types.js';
import { objectOf, readStatement } from '../format/statement.js';
import { type Judgement, refuse, type TrustedStatement } from './judgement.js';
import type { TrustedKeys } from './trusted-keys.js';

/**
 * Whether a sigstore bundle holds a statement signed by one of our keys. Which image, project and predicate it is about
 * is for the caller to compare: this checks the signature alone. Log entries and timestamps in it are not looked at: what
 * counts is the key.
 */
export function judgeBundle(bytes: Uint8Array, keys: TrustedKeys): Judgement<TrustedStatement> {
  const bundle = readBundle(bytes);
  if (bundle === 'malformed' || bundle === 'several_signatures') return refuse(bundle);
  if (!isBundleWithDsseEnvelope(bundle)) return refuse('not_a_statement');
  const { payload, payloadType } = bundle.content.dsseEnvelope;
  const statement = payloadType === inTotoType ? readStatement(payload) : null;
  if (statement === null) return refuse('not_a_statement');
  const material = bundle.verificationMaterial.content;
  const hint = material.$case === 'publicKey' ? material.publicKey.hint : '';
  if (!keys.byHint(hint)) return refuse('another_key', statement.predicateType);
  if (!isVerified(bundle, keys)) return refuse('wrong_signature', statement.predicateType);
  return { ok: true, value: { statement, hint } };
}

function readBundle(bytes: Uint8Array): Bundle | 'malformed' | 'several_signatures' {
  try {
    const json = objectOf(JSON.parse(Buffer.from(bytes).toString('utf8')));
    if (!String(json?.mediaType).startsWith(bundleTypePrefix)) return 'malformed';
    const signatures = objectOf(json?.dsseEnvelope)?.signatures;
    if (Array.isArray(signatures) && signatures.length !== 1) return 'several_signatures';
    return bundleFromJSON(withoutLogs(json!) as unknown as SerializedBundle);
  } catch {
    return 'malformed';
  }
}

/** A log entry of a log that we do not know would make the library refuse a signature that our key made. */
function withoutLogs(json: Readonly<Record<string, unknown>>): object {
  const { tlogEntries, timestampVerificationData, ...material } = objectOf(json.verificationMaterial) ?? {};
  return { ...json, verificationMaterial: material };
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
