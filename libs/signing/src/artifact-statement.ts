import type { SignedArtifact } from './artifact.js';
import { readInTotoEnvelope } from './format/dsse.js';
import { objectOf, readStatement, type Statement } from './format/statement.js';

/** The statement that an attestation or a bundle holds, whoever signed it; null for an artifact without one. */
export function statementOf({ blobs }: Pick<SignedArtifact, 'blobs'>): Statement | null {
  for (const blob of blobs) {
    const json = parse(blob);
    const envelope = readInTotoEnvelope(json?.dsseEnvelope ?? json);
    const statement = envelope && readStatement(envelope.payload);
    if (statement) return statement;
  }
  return null;
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    return objectOf(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return null;
  }
}
