import type { Schema } from './api-document';
import { nameOf } from './schema-rows';

type Schemas = Readonly<Record<string, Schema>>;

const deepest = 8;
const moment = '2026-11-24T09:30:00.000Z';
const id = '019ab2c4-5d00-7000-8000-000000000001';

/** Values for what a pattern or a rule in code describes, by the name of the field. */
const byName: Readonly<Record<string, string>> = {
  slug: 'hello',
  email: 'dev@example.com',
  remoteUrl: 'https://git.example.com/acme/hello.git',
  digest: `sha256:${'8c1f0e77b2a4'.padEnd(64, '0')}`,
  commit: '3f9c2ab0'.padEnd(40, '0'),
  ref: 'refs/heads/main',
  refPattern: 'main',
  tags: '{{branch}}',
  platform: 'linux/amd64',
  dockerfilePath: 'Dockerfile',
  contextPath: '.',
  value: 'a secret',
  password: 'correct horse battery',
};

/** A value that fits a schema, for reading and for trying. Optional fields without a default are left out. */
export function exampleOf(schema: Schema, schemas: Schemas, name = '', depth = 0): unknown {
  if (depth > deepest) return null;
  const next = (inner: Schema, innerName = name): unknown => exampleOf(inner, schemas, innerName, depth + 1);
  if (schema.$ref) return next(schemas[nameOf(schema.$ref)] ?? {});
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [first] = [...(schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [])].sort(
    (a, b) => Number(a.type === 'null') - Number(b.type === 'null'),
  );
  if (first) return next(first);
  if (schema.properties) return exampleObject(schema, next);
  if (schema.items) return [next(schema.items)];
  if (typeof schema.additionalProperties === 'object') return { NAME: next(schema.additionalProperties, 'any') };
  return plain(schema, name);
}

function exampleObject(
  { properties = {}, required = [] }: Schema,
  next: (schema: Schema, name: string) => unknown,
): Record<string, unknown> {
  const shown = Object.entries(properties).filter(
    ([name, field]) => required.includes(name) && (field.default === undefined || required.length < 4),
  );
  return Object.fromEntries(shown.map(([name, field]) => [name, next(field, name)]));
}

function plain(schema: Schema, name: string): unknown {
  const [type] = [schema.type ?? 'string'].flat();
  if (type === 'integer' || type === 'number') return Math.max(1, schema.minimum ?? 1);
  if (type === 'boolean') return false;
  if (type === 'null') return null;
  if (type === 'object') return {};
  if (schema.format === 'uuid') return id;
  if (schema.format === 'date-time') return moment;
  if (schema.format === 'email') return byName.email;
  return byName[name] ?? (name === '' ? 'text' : name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase());
}
