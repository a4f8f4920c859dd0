import { describe, expect, it } from 'vitest';
import { type ApiDocument, groupName, operationId, operationsOf } from './api-document';
import { callAddress, curlOf, missingOf } from './call';
import { exampleOf } from './example';
import { schemaRows, typeOf } from './schema-rows';
import { groupsOf, searchOperations } from './search';

const document: ApiDocument = {
  info: { title: 'T', version: '1' },
  paths: {
    '/api/v1/things/{thingId}': {
      get: {
        summary: 'One thing.',
        tags: ['HookSecrets'],
        security: [{ session: [] }, { token: [] }],
        parameters: [
          { name: 'thingId', in: 'path', required: true },
          { name: 'limit', in: 'query' },
        ],
      },
      delete: { tags: ['HookSecrets'], security: [{ session: [] }] },
    },
    '/api/v1/all': {
      post: {
        summary: 'Makes.',
        tags: ['All'],
        security: [],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/New' } } },
        },
      },
    },
  },
};

describe('operations', () => {
  it('are named by method and address, and sorted by group', () => {
    expect(operationsOf(document).map(({ id, group }) => [id, group])).toEqual([
      ['post-all', 'All'],
      ['get-things-thingId', 'Hook secrets'],
      ['delete-things-thingId', 'Hook secrets'],
    ]);
    expect(operationId('GET', '/api/v1')).toBe('get');
    expect(operationId('GET', '/api/auth/sign-out')).toBe('get-api-auth-sign-out');
    expect(groupName('SignIn')).toBe('Sign in');
  });

  it('say who may call them', () => {
    expect(operationsOf(document).map(({ access }) => access)).toEqual(['everyone', 'person or token', 'person']);
  });

  it('are found by words in any part, in any order', () => {
    const all = operationsOf(document);
    expect(searchOperations(all, 'secrets GET').map(({ id }) => id)).toEqual(['get-things-thingId']);
    expect(searchOperations(all, ' ')).toHaveLength(3);
    expect(searchOperations(all, 'nothing')).toEqual([]);
    expect(groupsOf(all).map(({ name, operations }) => [name, operations.length])).toEqual([
      ['All', 1],
      ['Hook secrets', 2],
    ]);
  });
});

describe('a schema', () => {
  it('becomes lines, with named schemas named and not opened', () => {
    const rows = schemaRows({
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'string', format: 'uuid' },
        limit: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
        tags: { type: 'array', items: { type: 'string' } },
        build: { anyOf: [{ $ref: '#/components/schemas/Build' }, { type: 'null' }] },
        place: { type: 'object', properties: { line: { type: 'integer' } } },
      },
    });
    expect(rows.map(({ key, type, required, rules }) => [key, type, required, rules])).toEqual([
      ['/id', 'string', true, 'uuid'],
      ['/limit', 'integer', false, '1 to 100 · default 50'],
      ['/tags', 'list of string', false, ''],
      ['/build', 'Build or null', false, ''],
      ['/place', 'object', false, ''],
      ['/place/line', 'integer', false, ''],
    ]);
    expect(rows[3]).toMatchObject({ reference: 'Build' });
  });

  it('says its type in words', () => {
    expect(typeOf({ enum: ['a', 'b'] })).toBe('"a" or "b"');
    expect(typeOf({ type: ['string', 'null'] })).toBe('string or null');
    expect(typeOf({})).toBe('anything');
  });

  it('ends although it contains itself', () => {
    const loop = { properties: { self: { $ref: '#/components/schemas/Loop' } }, required: ['self'] };
    expect(() => exampleOf({ $ref: '#/components/schemas/Loop' }, { Loop: loop })).not.toThrow();
  });

  it('has an example that holds what must be sent', () => {
    const schemas = {
      New: {
        type: 'object',
        required: ['slug', 'count', 'kind'],
        properties: {
          slug: { type: 'string' },
          count: { type: 'integer', minimum: 5 },
          kind: { enum: ['x', 'y'] },
          more: { type: 'string' },
        },
      },
    };
    expect(exampleOf({ $ref: '#/components/schemas/New' }, schemas)).toEqual({ slug: 'hello', count: 5, kind: 'x' });
  });
});

describe('a call', () => {
  const [make, get] = operationsOf(document);

  it('fills in what is known and keeps the rest in braces', () => {
    expect(callAddress(get!, { thingId: 'a/b', limit: '5' })).toBe('/api/v1/things/a%2Fb?limit=5');
    expect(callAddress(get!, {})).toBe('/api/v1/things/{thingId}');
    expect(missingOf(get!, {})).toEqual(['thingId']);
    expect(missingOf(get!, { thingId: 'x' })).toEqual([]);
  });

  it('is a command in which nothing that was typed can become another command', () => {
    expect(curlOf(make!, {}, `{"a":"it's; rm"}`)).toBe(
      `curl -fsS -X POST \\\n  -H 'Content-Type: application/json' \\\n  -d '{"a":"it'\\''s; rm"}' \\\n  "$COOPERAGE_URL"/api/v1/all`,
    );
    expect(curlOf(get!, { thingId: '$(x)' }, null)).toContain(`"$COOPERAGE_URL"'/api/v1/things/%24(x)'`);
  });
});
