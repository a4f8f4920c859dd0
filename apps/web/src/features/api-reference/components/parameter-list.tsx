import { Card } from '@/components/ui/card';
import type { Parameter, Schema } from '../model/api-document';
import { SchemaTable } from './schema-table';

/** Parameters by where they stand, drawn as the fields that they are. */
export function ParameterList({ parameters }: { parameters: readonly Parameter[] }) {
  const places = [...new Set(parameters.map((parameter) => parameter.in))];
  return places.map((place) => {
    const here = parameters.filter((parameter) => parameter.in === place);
    return (
      <Card key={place} title={`Parameters in the ${place}`}>
        <SchemaTable schema={asObject(here)} label={`Parameters in the ${place}`} />
      </Card>
    );
  });
}

function asObject(parameters: readonly Parameter[]): Schema {
  return {
    properties: Object.fromEntries(
      parameters.map(({ name, schema = {}, description }) => [name, description ? { ...schema, description } : schema]),
    ),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
  };
}
