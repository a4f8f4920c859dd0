import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { unconnectedApp } from '../../spec/unconnected-app.js';
import { describeApi } from './describe-api.js';
import { openApiFile } from './openapi-file.js';

describe('the description of the API', () => {
  let document: ReturnType<typeof describeApi>;
  beforeAll(async () => {
    const app = await unconnectedApp();
    document = describeApi(app);
    await app.close();
  });

  it('is current: npm run openapi -w @cooperage/api writes it', async () => {
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(openApiFile.pathname);
  });

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document) as never);
    expect({ valid, errors, version: validator.version }).toEqual({ valid: true, errors: undefined, version: '3.1' });
  });

  it('has only schemas that compile: each reference leads somewhere', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'api');
    const anyOf = pointersToSchemas(document).map((pointer) => ({ $ref: `api#${pointer}` }));
    expect(anyOf.length).toBeGreaterThan(200);
    expect(() => ajv.compile({ anyOf })).not.toThrow();
  });
});

/** JSON pointers to every schema of the document: all components, and what operations have in place. */
function pointersToSchemas(document: object): string[] {
  const found: string[] = [];
  const walk = (value: unknown, pointer: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      const at = `${pointer}/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
      if (key === 'schema' || pointer === '/components/schemas') found.push(at);
      else walk(child, at);
    }
  };
  walk(document, '');
  return found;
}
