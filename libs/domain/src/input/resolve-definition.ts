import { posix } from 'node:path';
import { BuildFailure } from '../failure/build-failure.js';
import { visibleText } from '../git/visible-text.js';
import { parseRepositoryPath } from '../path/repository-path.js';
import { buildArgumentsProblem } from './build-argument.js';
import type { BuildDefinition, IgnoredField, ResolvedDefinition, ResolvedInputs } from './definition.js';
import {
  formatBuildContext,
  mostTargets,
  parseBuildContext,
  parseContextName,
  parseNamedContext,
} from './named-context.js';

type Fields = Readonly<Record<string, unknown>>;

/** Left to the service, whatever the definition says. */
const ignoredFields: Readonly<Record<string, string>> = {
  tags: 'tags are given by the rules of the project',
  output: 'the image goes to the registry of this service, by its digest',
  'cache-from': 'which caches are read is decided by the cache zone',
  'cache-to': 'which cache is written is decided by the cache zone',
  secret: 'secrets are those of the project, as mounts',
  attest: 'the service signs a provenance of its own',
  annotations: 'annotations are set by the service',
  entitlements: 'no build gets more than a sandbox; a step that asks for more is refused',
  pull: 'base images are looked up for every build',
};

/** Of the inputs of all targets together, without their Dockerfiles. The record of the build and what is signed hold them. */
const mostInputBytes = 256 * 1024;

/** Words about a target, which change nothing. */
const idleFields = new Set(['description', 'name', 'inherits', 'matrix']);

/**
 * What `docker buildx bake --print` says of one target, and of those that it is made from, as inputs of a build. Nothing is
 * guessed: what cannot be honoured is refused by its name, in each of them.
 * @param printed parsed JSON
 * @throws {BuildFailure} `InvalidBuildConfig`, with the name of the field
 */
export function resolveDefinition(printed: unknown, definition: BuildDefinition): ResolvedDefinition {
  const { inputs, ignored } = readTarget(printed, definition);
  const closure = closureOf(printed, definition, inputs);
  checkSize([inputs, ...closure.map((target) => target.inputs)], definition);
  return {
    ...inputs,
    ...(closure.length > 0 && { targets: closure.map(({ name, inputs }) => ({ name, ...inputs })) }),
    ignored: [...ignored, ...closure.flatMap((target) => target.ignored)],
  };
}

function checkSize(targets: readonly ResolvedInputs[], { path, target }: BuildDefinition): void {
  const bytes = Buffer.byteLength(JSON.stringify(targets.map((inputs) => ({ ...inputs, dockerfileInline: null }))));
  if (bytes > mostInputBytes)
    throw refusal(
      path,
      `The target “${target}”, with those that it is made from, stands for ${bytes} bytes beside Dockerfiles; at most ${mostInputBytes} are allowed: put long texts into a file of the repository.`,
    );
}

interface ReadTarget {
  readonly inputs: ResolvedInputs;
  readonly ignored: readonly IgnoredField[];
}

/** @throws {BuildFailure} for a circle, a target that is not there, or more of them than are built as one */
function closureOf(printed: unknown, definition: BuildDefinition, own: ResolvedInputs) {
  const done = new Map<string, ReadTarget & { readonly name: string }>();
  const follow = (inputs: ResolvedInputs, way: readonly string[]) => {
    for (const [name, source] of Object.entries(inputs.namedContexts)) {
      const context = parseBuildContext(source);
      if (context.kind !== 'target' || done.has(context.target)) continue;
      const { target } = context;
      const field = `The field “contexts.${visibleText(name, 200)}” of the target “${way.at(-1)}”`;
      if (way.includes(target))
        throw refusal(definition.path, `${field} leads back to itself: ${[...way, target].join(' → ')}.`);
      if (way.length + done.size >= mostTargets)
        throw refusal(definition.path, `${field} needs more targets than the ${mostTargets} that are built as one.`);
      if (!isFields(ownOf(ownOf(printed, 'target'), target)))
        throw refusal(definition.path, `${field} names the target “${target}”, which the definition does not have.`);
      const { inputs: found, ignored } = readTarget(printed, { ...definition, target });
      follow(found, [...way, target]);
      // Bake itself says of a target that is only made for others that it has no output.
      const said = ignored.filter(({ field }) => field !== 'output');
      const named = said.map(({ field, why }) => ({ field: `${target}.${field}`, why }));
      done.set(target, { name: target, inputs: found, ignored: named });
    }
  };
  follow(own, [definition.target]);
  return [...done.values()];
}

function readTarget(printed: unknown, definition: BuildDefinition): ReadTarget {
  const reader = new TargetReader(definition, targetOf(printed, definition));
  const contextPath = reader.folder('context', '.');
  const inline = reader.text('dockerfile-inline');
  const dockerfile = reader.text('dockerfile') ?? 'Dockerfile';
  const inputs: ResolvedInputs = {
    contextPath,
    dockerfilePath: inline === null ? reader.inRepository('dockerfile', posix.join(contextPath, dockerfile)) : null,
    dockerfileInline: inline,
    stage: reader.text('target') || null,
    platform: reader.platform(),
    buildArgs: reader.buildArgs(),
    namedContexts: reader.contexts(),
    labels: reader.texts('labels'),
    noCache: reader.flag('no-cache'),
    withoutNetwork: reader.withoutNetwork(),
  };
  const ignored = reader.ignored();
  reader.refuseOthers();
  return { inputs, ignored };
}

function targetOf(printed: unknown, { path, target }: BuildDefinition): Fields {
  const found = ownOf(ownOf(printed, 'target'), target);
  if (isFields(found)) return found;
  const group = ownOf(ownOf(ownOf(printed, 'group'), target), 'targets');
  const hint = Array.isArray(group)
    ? ` It is a group; name one of its targets: ${visibleText(group.join(', '), 300)}.`
    : '';
  throw refusal(path, `The definition has no target “${target}”.${hint}`);
}

/** Reads one target field by field and remembers which it has read. */
class TargetReader {
  private readonly seen = new Set<string>();

  constructor(
    private readonly definition: BuildDefinition,
    private readonly fields: Fields,
  ) {}

  text(name: string): string | null {
    const value = this.take(name);
    if (value === undefined || value === null) return null;
    return typeof value === 'string' ? value : this.refuse(name, 'is no text');
  }

  flag(name: string): boolean {
    const value = this.take(name) ?? false;
    return typeof value === 'boolean' ? value : this.refuse(name, 'is neither true nor false');
  }

  /** Text by name; bake leaves a value out with null. */
  texts(name: string): Record<string, string> {
    const value = this.take(name) ?? {};
    if (!isFields(value)) return this.refuse(name, 'is no map');
    const texts = Object.entries(value).filter(([, text]) => text !== null);
    for (const [key, text] of texts)
      if (typeof text !== 'string' || key === '__proto__') return this.refuse(`${name}.${key}`, 'is no text');
    return Object.fromEntries(texts) as Record<string, string>;
  }

  /** The same bound as in the settings of a project. */
  buildArgs(): Record<string, string> {
    const args = this.texts('args');
    const problem = buildArgumentsProblem(args);
    return problem === null ? args : this.refuse('args', `is too long: ${problem}`);
  }

  folder(name: string, otherwise: string): string {
    return this.pathOf(name, this.text(name) ?? otherwise);
  }

  inRepository(name: string, path: string): string {
    return this.parsed(name, () => parseRepositoryPath(path));
  }

  contexts(): Record<string, string> {
    const contexts = Object.entries(this.texts('contexts')).map(([name, source]) => {
      const field = `contexts.${name}`;
      const key = this.parsed(field, () => parseContextName(name));
      return [key, this.parsed(field, () => formatBuildContext(parseBuildContext(source)))] as const;
    });
    return Object.fromEntries(contexts);
  }

  platform(): string | null {
    const value = this.take('platforms') ?? [];
    if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
      return this.refuse('platforms', 'is no list');
    if (value.length > 1) return this.refuse('platforms', 'names several; a project is built for one');
    return value[0] ?? null;
  }

  withoutNetwork(): boolean {
    const network = this.text('network') || 'default';
    if (network !== 'default' && network !== 'none') this.refuse('network', 'is neither “default” nor “none”');
    return network === 'none';
  }

  ignored(): IgnoredField[] {
    return Object.entries(ignoredFields).flatMap(([field, why]) => (this.has(field) ? [{ field, why }] : []));
  }

  refuseOthers(): void {
    if (this.has('call') && this.fields.call !== 'build') this.refuse('call', 'is no build');
    const other = Object.keys(this.fields).find((field) => !this.seen.has(field) && !idleFields.has(field));
    if (other !== undefined) this.refuse(other, 'is not known to this service');
  }

  private has(field: string): boolean {
    return this.take(field) !== undefined;
  }

  private pathOf(name: string, path: string): string {
    const context = this.parsed(name, () => parseNamedContext(path));
    return context.kind === 'folder' ? context.path : this.refuse(name, 'is no folder of the repository');
  }

  private parsed<T>(name: string, parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      return this.refuse(name, `is refused: ${(error as Error).message}`);
    }
  }

  private take(name: string): unknown {
    this.seen.add(name);
    return ownOf(this.fields, name);
  }

  private refuse(field: string, why: string): never {
    const { path, target } = this.definition;
    throw refusal(path, `The field “${visibleText(field, 200)}” of the target “${target}” ${why}.`);
  }
}

function refusal(file: string, message: string): BuildFailure {
  return new BuildFailure('InvalidBuildConfig', message, { place: { file } });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownOf(value: unknown, name: string): unknown {
  return isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
