import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { ComposeRefusal } from './compose-file.js';

/**
 * A program: a compose file comes in, and what bake is given of it comes out, or a `ComposeRefusal` with the exit code 3. Several ways
 * lead to work of the square of a text in a parser of YAML, and nothing else may wait for that (R19B-2).
 */

type Fields = Record<string, unknown>;

/** What of a service says how its image is built. */
const serviceFields = ['build', 'image', 'platform', 'extends', 'profiles'] as const;

class Refusal extends Error {
  readonly why: ComposeRefusal['why'];
  readonly said: string;

  constructor(why: ComposeRefusal['why'], said = '') {
    super(why);
    this.why = why;
    this.said = said;
  }
}

function composeForBake(text: string): string {
  const file = fieldsOf(parse(text));
  if (!file) throw new Refusal('no-map');
  if (file.include !== undefined) throw new Refusal('include');
  const services = fieldsOf(file.services) ?? {};
  const kept = Object.entries(services).map(([name, service]) => [name, buildOf(name, service)]);
  const secrets = Object.keys(fieldsOf(file.secrets) ?? {}).map((name) => [name, { environment: 'NONE' }]);
  const made = { services: Object.fromEntries(kept), secrets: Object.fromEntries(secrets) };
  return JSON.stringify(made, (_, value: unknown) => (typeof value === 'bigint' ? rawNumber(value) : value));
}

function buildOf(name: string, service: unknown): Fields {
  const fields = fieldsOf(service);
  if (!fields) throw new Refusal('service-no-map', name);
  const from = fieldsOf(fields.extends);
  if (from && Object.keys(from).some((key) => key !== 'service')) throw new Refusal('service-extends', name);
  return Object.fromEntries(serviceFields.flatMap((field) => (field in fields ? [[field, fields[field]]] : [])));
}

function parse(text: string): unknown {
  try {
    const document = parseDocument(text, {
      ...{ merge: true, intAsBigInt: true, prettyErrors: false, stringKeys: true },
    });
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem) throw problem;
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new Refusal('unreadable', (error as Error).message);
  }
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** Every digit of a number that is too large for one here. */
function rawNumber(value: bigint): unknown {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return rawJSON(String(value));
}

/** Null for what is no fault of the file. A `RangeError` is what a file gets that is too deep, or too large. */
function refusalOf(error: unknown): ComposeRefusal | null {
  if (error instanceof Refusal) return { why: error.why, said: error.said.slice(0, 1_000) };
  return error instanceof RangeError ? { why: 'unreadable', said: error.message } : null;
}

try {
  process.stdout.write(composeForBake(readFileSync(0, 'utf8')));
} catch (error) {
  const refusal = refusalOf(error);
  if (!refusal) throw error;
  process.stdout.write(JSON.stringify(refusal));
  process.exitCode = 3;
}
