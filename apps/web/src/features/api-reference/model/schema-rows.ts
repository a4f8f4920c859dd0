import type { Schema } from './api-document';

/** One line of a schema: a field, how deep it lies, and what it may be. */
export interface SchemaRow {
  /** The whole way from the top, unique. */
  readonly key: string;
  readonly name: string;
  readonly depth: number;
  readonly type: string;
  /** Name of the schema that it is, when it has one. */
  readonly reference: string | null;
  readonly required: boolean;
  readonly rules: string;
  readonly description: string | null;
}

const deepest = 6;

/** The fields of a schema as lines. Named schemas inside are named, not opened: each has a page of its own. */
export function schemaRows(schema: Schema): SchemaRow[] {
  return fieldsOf(schema, 0, '');
}

function fieldsOf(schema: Schema, depth: number, prefix: string): SchemaRow[] {
  if (depth > deepest) return [];
  if (schema.properties)
    return Object.entries(schema.properties).flatMap(([name, field]) =>
      rowsOf(field, { name, depth, required: schema.required?.includes(name) ?? false, prefix }),
    );
  const options = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  const open = options.filter((option) => !isNull(option));
  if (open.length > 1 && open.some((option) => option.properties ?? option.$ref))
    return open.flatMap((option, at) => rowsOf(option, { name: `option ${at + 1}`, depth, required: false, prefix }));
  const [only] = open;
  if (open.length === 1 && only) return fieldsOf(only, depth, prefix);
  if (schema.items) return rowsOf(schema.items, { name: 'each', depth, required: false, prefix });
  if (typeof schema.additionalProperties === 'object')
    return rowsOf(schema.additionalProperties, { name: 'any name', depth, required: false, prefix });
  return [];
}

interface Place {
  readonly name: string;
  readonly depth: number;
  readonly required: boolean;
  readonly prefix: string;
}

function rowsOf(schema: Schema, { name, depth, required, prefix }: Place): SchemaRow[] {
  const key = `${prefix}/${name}`;
  const row = {
    ...{ key, name, depth, required },
    type: typeOf(schema),
    reference: referenceOf(schema),
    rules: rulesOf(schema),
    description: schema.description ?? null,
  };
  const inner = row.reference === null ? fieldsOf(schema, depth + 1, key) : [];
  // A list of plain values says so in its own line.
  return [row, ...(inner.length === 1 && inner[0]?.name === 'each' && inner[0].reference === null ? [] : inner)];
}

/** `string`, `list of Build`, `integer or null`. */
export function typeOf(schema: Schema): string {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return [...new Set(options.map(typeOf))].join(' or ');
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  if (typeof schema.additionalProperties === 'object') return `map to ${typeOf(schema.additionalProperties)}`;
  const types = [schema.type ?? 'anything'].flat();
  return types.join(' or ');
}

/** The named schema that is meant: itself, as one of a list, or beside null. */
export function referenceOf(schema: Schema): string | null {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.items) return referenceOf(schema.items);
  const options = (schema.anyOf ?? schema.oneOf ?? []).filter((option) => !isNull(option));
  return options.length === 1 && options[0] ? referenceOf(options[0]) : null;
}

export function nameOf(reference: string): string {
  return reference.split('/').at(-1) ?? reference;
}

function isNull(schema: Schema): boolean {
  return schema.type === 'null';
}

function rulesOf(schema: Schema): string {
  const bounds = [
    schema.format,
    between(schema.minimum, bounded(schema.maximum), ''),
    between(schema.minLength, schema.maxLength, 'characters'),
    between(schema.minItems, schema.maxItems, 'items'),
    schema.default !== undefined && `default ${JSON.stringify(schema.default)}`,
  ];
  const own = bounds.filter(Boolean).join(' · ');
  if (own !== '') return own;
  const [only, more] = (schema.anyOf ?? []).filter((option) => !isNull(option));
  return only && !more ? rulesOf(only) : '';
}

/** What JavaScript's numbers end at says nothing about the field. */
function bounded(maximum: number | undefined): number | undefined {
  return maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
}

function between(least: number | undefined, most: number | undefined, unit: string): string | false {
  const low = least === Number.MIN_SAFE_INTEGER ? undefined : least;
  if (low === undefined && most === undefined) return false;
  const span = low === undefined ? `at most ${most}` : most === undefined ? `at least ${low}` : `${low} to ${most}`;
  return unit === '' ? span : `${span} ${unit}`;
}
