import { type Digest, isDigest } from '@cooperage/domain';
import { objectOf } from './statement.js';

/** The payload of cosign's older signatures ("simple signing"). */
export interface SimpleSigning {
  /** The image without tag that the signer named; cosign itself does not compare it. */
  readonly image: string;
  readonly digest: Digest;
  readonly annotations: Readonly<Record<string, unknown>>;
}

const payloadType = 'cosign container image signature';

/** The same input makes the same bytes. */
export function simpleSigningBytes(
  image: string,
  digest: Digest,
  annotations: Readonly<Record<string, string>>,
): Uint8Array {
  const critical = {
    identity: { 'docker-reference': image },
    image: { 'docker-manifest-digest': digest },
    type: payloadType,
  };
  return Buffer.from(JSON.stringify({ critical, optional: annotations }));
}

/** Null for bytes that are no such payload. */
export function readSimpleSigning(bytes: Uint8Array): SimpleSigning | null {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
  const critical = objectOf(objectOf(json)?.critical);
  const digest = objectOf(critical?.image)?.['docker-manifest-digest'];
  const image = objectOf(critical?.identity)?.['docker-reference'];
  if (critical?.type !== payloadType || typeof digest !== 'string' || !isDigest(digest)) return null;
  return {
    image: typeof image === 'string' ? image : '',
    digest,
    annotations: objectOf(objectOf(json)?.optional) ?? {},
  };
}
