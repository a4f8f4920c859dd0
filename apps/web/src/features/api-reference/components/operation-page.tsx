import { Card } from '@/components/ui/card';
import { ScrollBox } from '@/components/ui/scroll-box';
import type { ApiDocument, Operation, Schema } from '../model/api-document';
import { exampleOf } from '../model/example';
import { ParameterList } from './parameter-list';
import { SchemaTable } from './schema-table';
import { TryCall } from './try-call';

const accessWords: Readonly<Record<Operation['access'], string>> = {
  everyone: 'Everybody, without a sign-in.',
  person: 'A person with a session; no token.',
  'person or token': 'A person with a session, or an API token.',
  'registry password': 'An API token as the password, as registries ask for it.',
};

export function OperationPage({ operation, document }: { operation: Operation; document: ApiDocument }) {
  const schemas = document.components?.schemas ?? {};
  return (
    <>
      <header className="min-w-0">
        <h1 className="text-lg font-semibold tracking-tight break-all">
          <code>
            {operation.method} {operation.path}
          </code>
        </h1>
        <p className="mt-1 max-w-[75ch]">{operation.summary}</p>
        <p className="mt-1 text-text-2">
          <b className="font-medium">Who may call it:</b> {accessWords[operation.access]} What is behind it is bounded
          to the caller’s organizations.
        </p>
      </header>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-2">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          {operation.parameters.length > 0 && <ParameterList parameters={operation.parameters} />}
          {operation.body && (
            <Card title={operation.body.required ? 'Body' : 'Body, if any'}>
              {operation.body.note && <p className="px-3 pt-2 text-sm text-text-2">{operation.body.note}</p>}
              <SchemaTable schema={resolved(operation.body.schema, schemas)} label="Fields of the body" />
            </Card>
          )}
          {operation.answers.map(({ status, description, schema }) => (
            <Card key={status} title={status === 'default' ? 'Anything else' : `Answer ${status}`}>
              <p className="px-3 pt-2 text-sm text-text-2">{description}</p>
              {schema && <SchemaTable schema={schema} label={`Fields of the answer ${status}`} />}
            </Card>
          ))}
        </div>
        <TryCall operation={operation} exampleBody={exampleBody(operation, schemas)} />
      </div>
      <AnswerExample operation={operation} schemas={schemas} />
    </>
  );
}

function AnswerExample({ operation, schemas }: { operation: Operation; schemas: Readonly<Record<string, Schema>> }) {
  const answer = operation.answers.find(({ status, schema }) => status.startsWith('2') && schema);
  if (!answer?.schema) return null;
  return (
    <Card title={`Example of an answer ${answer.status}`} aside="made of the schema, not of your data">
      <ScrollBox label="Example of an answer" className="max-h-96 overflow-auto px-3 py-2.5 text-sm">
        <pre>{JSON.stringify(exampleOf(answer.schema, schemas), null, 2)}</pre>
      </ScrollBox>
    </Card>
  );
}

function exampleBody({ body }: Operation, schemas: Readonly<Record<string, Schema>>): string | null {
  return body && JSON.stringify(exampleOf(body.schema, schemas), null, 2);
}

/** A body is opened where it stands; what it names in turn has pages of its own. */
function resolved(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return (name !== undefined && schemas[name]) || schema;
}
