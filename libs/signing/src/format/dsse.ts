import { inTotoType } from './media-types.js';

/** DSSE envelope 1.0 in its JSON form. */
export interface DsseEnvelope {
  /** Base64. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly sig: string; readonly keyid?: string }[];
}

/** The bytes that a DSSE signature covers ("pre-authentication encoding"). */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** Null unless it is an envelope of an in-toto statement with exactly one signature. */
export function readInTotoEnvelope(value: unknown): { readonly payload: Buffer; readonly signature: Buffer } | null {
  const { payload, payloadType, signatures } = (value ?? {}) as Partial<Record<keyof DsseEnvelope, unknown>>;
  if (payloadType !== inTotoType || typeof payload !== 'string') return null;
  if (!Array.isArray(signatures) || signatures.length !== 1) return null;
  const signature: unknown = signatures[0]?.sig;
  if (typeof signature !== 'string' || signature === '') return null;
  return { payload: Buffer.from(payload, 'base64'), signature: Buffer.from(signature, 'base64') };
}
