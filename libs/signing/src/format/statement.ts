import { type Digest, isDigest } from '@cooperage/domain';

/** One subject of an in-toto statement v1, as far as we use it. */
export interface StatementSubject {
  readonly name?: string;
  readonly digest: Digest | null;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An in-toto statement v1. */
export interface Statement {
  readonly subjects: readonly StatementSubject[];
  readonly predicateType: string;
  readonly predicate: unknown;
}

const statementTypes = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1'];
const maxSubjects = 1_000;

export interface StatementInput {
  readonly subject: Digest;
  /** The image without tag. */
  readonly name?: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly predicateType: string;
  readonly predicate: object;
}

/** The bytes of a statement; the same input makes the same bytes. */
export function statementBytes({ subject, name, annotations, predicateType, predicate }: StatementInput): Uint8Array {
  const [algorithm, hex] = subject.split(':') as [string, string];
  const described = { ...(name !== undefined && { name }), digest: { [algorithm]: hex }, annotations };
  return Buffer.from(JSON.stringify({ _type: statementTypes[0], subject: [described], predicateType, predicate }));
}

/** Null for bytes that are no statement. */
export function readStatement(bytes: Uint8Array): Statement | null {
  const json = objectOf(parse(bytes));
  if (!json || !statementTypes.includes(String(json._type)) || typeof json.predicateType !== 'string') return null;
  if (!Array.isArray(json.subject) || json.subject.length > maxSubjects) return null;
  return { subjects: json.subject.map(readSubject), predicateType: json.predicateType, predicate: json.predicate };
}

/** The subject that names `digest`; undefined when the statement is about something else. */
export function subjectOf(statement: Pick<Statement, 'subjects'>, digest: Digest): StatementSubject | undefined {
  return statement.subjects.find((subject) => subject.digest === digest);
}

function readSubject(value: unknown): StatementSubject {
  const json = objectOf(value) ?? {};
  const digest = `sha256:${String(objectOf(json.digest)?.sha256)}`;
  return {
    ...(typeof json.name === 'string' && { name: json.name }),
    digest: isDigest(digest) ? digest : null,
    annotations: readTexts(json.annotations),
  };
}

function readTexts(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(objectOf(value) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
}
