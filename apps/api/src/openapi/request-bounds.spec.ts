import { beforeAll, describe, expect, it } from 'vitest';
import { unconnectedApp } from '../../spec/unconnected-app.js';
import { jsonBounds } from '../http/json-body.js';
import { describeApi } from './describe-api.js';

type Schema = Readonly<Record<string, unknown>>;
interface Size {
  readonly keys: number;
  readonly values: number;
}

const schemas = (value: unknown): Schema[] => (Array.isArray(value) ? (value as Schema[]) : []);
const times = ({ keys, values }: Size, most: number): Size => ({ keys: keys * most, values: values * most });
const sumOf = (sizes: readonly Size[]): Size => ({
  keys: sizes.reduce((sum, { keys }) => sum + keys, 0),
  values: sizes.reduce((sum, { values }) => sum + values, 0),
});

/** What bodies of a schema may hold at the most, and which of its arrays, records and mail addresses have no bound. */
class BodySchema {
  readonly unbounded: string[] = [];
  constructor(private readonly components: Readonly<Record<string, unknown>>) {}

  sizeOf(schema: Schema, path: string): Size {
    if (schema.format === 'email' && typeof schema.maxLength !== 'number') this.unbounded.push(path);
    const { $ref, items, properties = {}, propertyNames, additionalProperties } = schema;
    if (typeof $ref === 'string') return this.sizeOf(this.components[$ref.split('/').at(-1)!] as Schema, path);
    const oneOf = ['anyOf', 'oneOf', 'allOf'].flatMap((of) => schemas(schema[of]));
    const choices = oneOf.map((choice) => this.sizeOf(choice, path));
    const members = Object.entries(properties as object).map(([name, inner]) => this.sizeOf(inner, `${path}.${name}`));
    const own: Size = { keys: members.length, values: 1 };
    const isRecord = propertyNames !== undefined || typeof additionalProperties === 'object';
    const entries = isRecord ? this.entriesOf(additionalProperties, schema.maxProperties, `${path}{}`, 1) : [];
    const elements = items !== undefined || schema.type === 'array';
    const list = elements ? this.entriesOf(items, schema.maxItems, `${path}[]`, 0) : [];
    return sumOf([own, ...members, ...choices, ...entries, ...list]);
  }

  private entriesOf(inner: unknown, most: unknown, path: string, keys: number): Size[] {
    if (typeof most !== 'number') this.unbounded.push(path);
    const each = this.sizeOf(typeof inner === 'object' ? (inner as Schema) : {}, path);
    return [times(sumOf([each, { keys, values: 0 }]), Number(most))];
  }
}

describe('the bodies that the API describes', () => {
  const bodies: { name: string; unbounded: readonly string[]; size: Size }[] = [];
  beforeAll(async () => {
    const app = await unconnectedApp();
    const { paths, components } = describeApi(app);
    await app.close();
    for (const [path, item] of Object.entries(paths))
      for (const [method, { requestBody }] of Object.entries(item) as [string, { requestBody?: Schema }][]) {
        const content = (requestBody?.content ?? {}) as Readonly<Record<string, { schema: Schema }>>;
        const schema = content['application/json']?.schema;
        if (schema === undefined) continue;
        const body = new BodySchema(components?.schemas ?? {});
        const size = body.sizeOf(schema, '');
        bodies.push({ name: `${method} ${path}`, unbounded: body.unbounded, size });
      }
  });

  it('R5-A2 R15A-6 have a bound for each of their arrays, records and mail addresses', () => {
    expect(bodies.length).toBeGreaterThan(35);
    expect(bodies.filter(({ unbounded }) => unbounded.length > 0)).toEqual([]);
  });

  it('R5-A3 are taken when they are as large as their schemas allow', () => {
    for (const { name, size } of bodies) {
      expect.soft(size.keys, name).toBeLessThan(jsonBounds.keys / 2);
      expect.soft(size.values, name).toBeLessThan(jsonBounds.values / 2);
    }
    expect(Math.max(...bodies.map(({ size }) => size.values))).toBeGreaterThan(1_000);
  });
});
