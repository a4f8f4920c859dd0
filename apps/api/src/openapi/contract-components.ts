import * as contracts from '@cooperage/contracts';
import type { SwaggerDocumentOptions } from '@nestjs/swagger';
import { z } from 'zod';

type StandardSchemaConverter = NonNullable<SwaggerDocumentOptions['standardSchemaConverter']>;
type JsonSchema = Record<string, unknown>;

/** The contracts' own names: `buildSummarySchema` is described as `BuildSummary`. Queries become single parameters. */
function contractRegistry() {
  const registry = z.registry<{ id: string }>();
  for (const [name, value] of Object.entries(contracts))
    if (value instanceof z.ZodType && name.endsWith('Schema') && !name.endsWith('QuerySchema'))
      registry.add(value, { id: componentName(name) });
  return registry;
}

const registry = contractRegistry();

/**
 * zod → JSON Schema 2020-12, as OpenAPI 3.1 wants it. Contracts become components; what a route adds to them is written
 * in place.
 */
export const convertSchema: StandardSchemaConverter = (schema, { schemaType }) => {
  if (!(schema instanceof z.ZodType)) return undefined;
  const options = {
    metadata: registry,
    io: schemaType,
    unrepresentable: 'any',
    target: 'draft-2020-12',
    override,
  } as const;
  const { $schema: _, $defs = {}, id: __, ...json } = intoComponents(z.toJSONSchema(schema, options));
  const components = withoutIds($defs as Record<string, JsonSchema>);
  const name = registry.get(schema)?.id;
  if (name === undefined) return { schema: json, components } as ReturnType<StandardSchemaConverter>;
  // A contract by itself comes as a reference to its own definition.
  return {
    schema: { $ref: `#/components/schemas/${name}` },
    components: { ...components, [name]: components[name] ?? json },
  } as ReturnType<StandardSchemaConverter>;
};

/** What `boundedRecord` says of itself. zod leaves defaults out where a function looks at the input first. */
function override({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }): void {
  const { maxProperties } = z.globalRegistry.get(zodSchema) ?? {};
  if (maxProperties !== undefined) jsonSchema.maxProperties = maxProperties;
  const { def } = zodSchema._zod;
  if (def.type === 'default') jsonSchema.default ??= def.defaultValue;
}

/** zod keeps definitions beside the schema that uses them; a description of an API has them in one place for all. */
function intoComponents(schema: object): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/'),
  ) as JsonSchema;
}

function withoutIds(definitions: Record<string, JsonSchema>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(definitions).map(([name, { id: _, ...schema }]) => [name, schema]));
}

function componentName(exportName: string): string {
  const bare = exportName.slice(0, -'Schema'.length);
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}
