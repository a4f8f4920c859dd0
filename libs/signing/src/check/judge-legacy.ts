import { preAuthEncoding, readInTotoEnvelope } from '../format/dsse.js';
import { inTotoType } from '../format/media-types.js';
import { readSimpleSigning, type SimpleSigning } from '../format/simple-signing.js';
import { objectOf, readStatement } from '../format/statement.js';
import { type Judgement, refuse, type TrustedStatement, trusted } from './judgement.js';
import type { TrustedKeys } from './trusted-keys.js';

export interface TrustedSimpleSigning {
  readonly payload: SimpleSigning;
  readonly hint: string;
}

/** Whether a layer of `.sig` is signed by one of our keys. @param signature base64, from the layer's annotation. */
export function judgeSimpleSigning(
  bytes: Uint8Array,
  signature: string | undefined,
  keys: TrustedKeys,
): Judgement<TrustedSimpleSigning> {
  const payload = readSimpleSigning(bytes);
  if (!payload || !signature) return refuse('malformed');
  const signer = keys.signerOf(bytes, Buffer.from(signature, 'base64'));
  return signer ? { ok: true, value: { payload, hint: signer.hint } } : refuse('another_key');
}

/** Whether a layer of `.att` holds a statement signed by one of our keys. */
export function judgeEnvelope(bytes: Uint8Array, keys: TrustedKeys): Judgement<TrustedStatement> {
  const json = parse(bytes);
  const envelope = readInTotoEnvelope(json);
  if (!envelope) return refuse(json === null ? 'malformed' : 'not_a_statement');
  const statement = readStatement(envelope.payload);
  if (!statement) return refuse('not_a_statement');
  const signer = keys.signerOf(preAuthEncoding(inTotoType, envelope.payload), envelope.signature);
  return signer ? trusted(statement, signer.hint) : refuse('another_key', statement.predicateType);
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    return objectOf(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return null;
  }
}
