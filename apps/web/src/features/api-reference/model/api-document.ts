/** A schema of the document, JSON Schema 2020-12, as far as it is drawn. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface DescribedOperation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly description?: string; readonly content?: Content };
  readonly responses?: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
}

/** The part of an OpenAPI 3.1 document that the reference is made of. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly description?: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

export interface Operation {
  /** Its part of the address of its page. */
  readonly id: string;
  /** In capitals. */
  readonly method: string;
  readonly path: string;
  readonly group: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly required: boolean; readonly note: string | null; readonly schema: Schema } | null;
  readonly answers: readonly {
    readonly status: string;
    readonly description: string;
    readonly schema: Schema | null;
  }[];
  readonly access: Access;
}

/** Who may call it. */
export type Access = 'everyone' | 'person' | 'person or token' | 'registry password';

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** All operations, in the order of their groups and addresses. */
export function operationsOf(document: ApiDocument): Operation[] {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => (item[method] ? [operationOf(method.toUpperCase(), path, item[method])] : [])),
  );
  return operations.sort((a, b) => compare(a.group, b.group) || compare(a.path, b.path));
}

/** `GET /api/v1/projects/{projectId}` → `get-projects-projectId`. */
export function operationId(method: string, path: string): string {
  const words = path.replace(/^\/api\/v1(?=\/|$)/, '').split(/[^A-Za-z0-9]+/);
  return [method.toLowerCase(), ...words.filter(Boolean)].join('-');
}

/** `HookSecrets` → `Hook secrets`. */
export function groupName(tag: string): string {
  const words = tag.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function operationOf(method: string, path: string, described: DescribedOperation): Operation {
  return {
    id: operationId(method, path),
    method,
    path,
    group: groupName(described.tags?.[0] ?? 'Other'),
    summary: described.summary ?? '',
    parameters: described.parameters ?? [],
    body: bodyOf(described),
    answers: answersOf(described),
    access: accessOf(described),
  };
}

function bodyOf({ requestBody }: DescribedOperation): Operation['body'] {
  if (!requestBody) return null;
  const schema = Object.values(requestBody.content ?? {})[0]?.schema ?? {};
  return { required: requestBody.required ?? false, note: requestBody.description ?? null, schema };
}

function answersOf({ responses = {} }: DescribedOperation): Operation['answers'] {
  return Object.entries(responses).map(([status, { description = '', content }]) => ({
    status,
    description,
    schema: Object.values(content ?? {})[0]?.schema ?? null,
  }));
}

function accessOf({ security = [] }: DescribedOperation): Access {
  const names = security.flatMap((scheme) => Object.keys(scheme));
  if (names.length === 0) return 'everyone';
  if (names.includes('registryPassword')) return 'registry password';
  return names.includes('token') ? 'person or token' : 'person';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
