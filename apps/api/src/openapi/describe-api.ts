import { problemSchema } from '@cooperage/contracts';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type AccessRule, accessExtension } from '../http/access-rule.js';
import { convertSchema } from './contract-components.js';
import { rawPaths } from './raw-paths.js';

type Operation = {
  security?: unknown[];
  responses: Record<string, unknown>;
  [accessExtension]?: AccessRule;
};

/** The API as OpenAPI 3.1, from its controllers and contracts. The same code gives the same document. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const base = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Cooperage')
    .setDescription(
      'Container images from git pushes, built, signed and verified. Errors are RFC 9457 problem details.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API token, coop_…' }, 'token')
    .addCookieAuth('session', { type: 'apiKey', in: 'cookie', description: 'The session of a person.' }, 'session')
    .addBasicAuth({ type: 'http', scheme: 'basic' }, 'registryPassword')
    .build();
  const document = SwaggerModule.createDocument(app, base, { standardSchemaConverter: convertSchema });
  const paths = sorted({ ...document.paths, ...rawPaths() });
  for (const operation of operationsOf(paths)) complete(operation);
  const problem = convertSchema(problemSchema, { schemaType: 'output' });
  const schemas = sorted({ ...document.components?.schemas, ...problem?.components });
  return { ...document, paths, components: { ...document.components, schemas } } as OpenAPIObject;
}

function operationsOf(paths: OpenAPIObject['paths']): Operation[] {
  return Object.values(paths).flatMap((item) => Object.values(item)) as Operation[];
}

/** Every operation may answer with a problem, and wants what its access rule says. */
function complete(operation: Operation): void {
  operation.security ??= securityOf(operation[accessExtension]);
  operation.responses.default ??= {
    description: 'A problem.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

function securityOf(access: AccessRule | undefined): unknown[] {
  if (access === 'public') return [];
  return access === 'person' ? [{ session: [] }] : [{ session: [] }, { token: [] }];
}

function sorted<T>(object: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
