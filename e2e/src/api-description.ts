import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

type Json = Record<string, unknown>;
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema?: Json }>> }>>;
}

/** The API as a running product describes itself: what is answered can be held against it. */
export class ApiDescription {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly templates: readonly string[];

  private constructor(private readonly document: Description) {
    formats.default(this.ajv);
    this.ajv.addSchema(document, 'api');
    // The most literal first: `by-number` is no id of a build.
    const holes = (template: string): number => template.split('{').length;
    this.templates = Object.keys(document.paths).toSorted((a, b) => holes(a) - holes(b));
  }

  static async of(origin: string): Promise<ApiDescription> {
    const answer = await fetch(`${origin}/api/openapi.json`);
    return new ApiDescription((await answer.json()) as Description);
  }

  /** Path of the described operation behind an address; undefined when there is none. */
  operation(method: string, address: string): string | undefined {
    const { pathname } = new URL(address);
    return this.templates.find((template) => {
      const pattern = template.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '[^/]+');
      return new RegExp(`^${pattern}$`).test(pathname) && method.toLowerCase() in this.document.paths[template]!;
    });
  }

  /** @returns in what an answer is not as described; nothing where it is. */
  faultsOf(address: string, status: number, body: unknown): string[] {
    const template = this.operation('GET', address);
    if (!template) return [`${address} is not described`];
    const schema = this.document.paths[template]!.get!.responses[status]?.content?.['application/json']?.schema;
    if (!schema) return [`${template} has no described answer ${status}`];
    const pointer = `#/paths/${escaped(template)}/get/responses/${status}/content/${escaped('application/json')}/schema`;
    const validate = this.ajv.compile({ $ref: `api${pointer}` });
    if (validate(body)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${template}: ${instancePath} ${message}`);
  }
}

function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}
