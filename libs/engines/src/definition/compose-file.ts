import { BuildFailure, visibleText } from '@cooperage/domain';
import { parseDocument } from 'yaml';

type Fields = Record<string, unknown>;

/** What of a service says how its image is built. */
const serviceFields = ['build', 'image', 'platform', 'extends', 'profiles'] as const;

/**
 * A compose file as bake is given it: what says how images are built and nothing else, as JSON, which is YAML too. The rest
 * (ports, volumes, environments) has no part in a build, and some of it makes a reader open other files of its machine:
 * `include`, `env_file`, `extends` with a file. Since bake reads what was written here, and not the file, it cannot come to
 * another opinion of what the file says.
 * @throws {BuildFailure} `InvalidBuildConfig`
 */
export function composeForBake(path: string, content: Uint8Array): string {
  const file = fieldsOf(parse(path, content));
  if (!file) throw invalid(path, 'The compose file is no map.');
  if (file.include !== undefined) throw invalid(path, 'The field “include” is refused: a definition is one file.');
  const services = fieldsOf(file.services) ?? {};
  const kept = Object.entries(services).map(([name, service]) => [name, buildOf(path, name, service)]);
  const secrets = Object.keys(fieldsOf(file.secrets) ?? {}).map((name) => [name, { environment: 'NONE' }]);
  const made = { services: Object.fromEntries(kept), secrets: Object.fromEntries(secrets) };
  return JSON.stringify(made, (_, value: unknown) => (typeof value === 'bigint' ? rawNumber(value) : value));
}

function buildOf(path: string, name: string, service: unknown): Fields {
  const fields = fieldsOf(service);
  if (!fields) throw invalid(path, `The service “${visibleText(name)}” is no map.`);
  const from = fieldsOf(fields.extends);
  if (from && Object.keys(from).some((key) => key !== 'service'))
    throw invalid(path, `The service “${visibleText(name)}” extends one of another file; a definition is one file.`);
  return Object.fromEntries(serviceFields.flatMap((field) => (field in fields ? [[field, fields[field]]] : [])));
}

function parse(path: string, content: Uint8Array): unknown {
  const document = parseDocument(Buffer.from(content).toString('utf8'), {
    ...{ merge: true, intAsBigInt: true, prettyErrors: false, stringKeys: true },
  });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) throw invalid(path, `The compose file cannot be read: ${visibleText(problem.message, 300)}`);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw invalid(path, `The compose file cannot be read: ${visibleText((error as Error).message, 300)}`);
  }
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** Every digit of a number that is too large for one here. */
function rawNumber(value: bigint): unknown {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return rawJSON(String(value));
}

function invalid(file: string, message: string): BuildFailure {
  return new BuildFailure('InvalidBuildConfig', message, { place: { file } });
}
