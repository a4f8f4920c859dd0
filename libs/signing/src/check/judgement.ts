import type { Statement } from '../format/statement.js';
import { type ProvenanceReading, readProvenance } from '../provenance.js';

/** Why something that lies beside an image does not count. */
export type Refusal =
  | 'too_large'
  | 'unreadable'
  | 'malformed'
  | 'not_a_statement'
  | 'several_signatures'
  | 'unknown_log'
  | 'another_key'
  | 'wrong_signature';

export const refusalSentences: Record<Refusal, string> = {
  too_large: 'it is larger than allowed',
  unreadable: 'its bytes are missing or are not those that its digest names',
  malformed: 'it is not what its media type says',
  not_a_statement: 'it holds no in-toto statement',
  several_signatures: 'it does not carry exactly one signature',
  unknown_log: 'it carries log entries or timestamps that nothing here can verify',
  another_key: 'it is signed by another key',
  wrong_signature: 'the signature does not belong to its content',
};

/** What one candidate turned out to be. `claims` is its own unproven word of what it wants to be. */
export type Judgement<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal; readonly claims?: string };

export function refuse(refusal: Refusal, claims?: string): Judgement<never> {
  return { ok: false, refusal, ...(claims !== undefined && { claims }) };
}

/**
 * A statement with the trusted key that signed it. Of its predicate only what is compared: hundreds of them are held at once, and each
 * may have some MiB.
 */
export interface TrustedStatement {
  readonly statement: Pick<Statement, 'subjects' | 'predicateType'>;
  readonly provenance: Omit<ProvenanceReading, 'baseImages'>;
  readonly hint: string;
}

export function trusted({ subjects, predicateType, predicate }: Statement, hint: string): Judgement<TrustedStatement> {
  const { baseImages: _, ...provenance } = readProvenance(predicate);
  return { ok: true, value: { statement: { subjects, predicateType }, provenance, hint } };
}
