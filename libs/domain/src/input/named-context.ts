import { isRegistryHost } from '../net/registry-host.js';
import { parseRepositoryPath } from '../path/repository-path.js';
import { isDefinitionTarget } from './definition.js';

/**
 * What a Dockerfile may name beside its stages and its context (`COPY --from=name`, `FROM name`): a folder of the same
 * repository, or an image. They are checked when they are saved and again when they are used.
 */
export type NamedContext =
  | { readonly kind: 'folder' /** Inside the repository, `.` for all of it. */; readonly path: string }
  | { readonly kind: 'image' /** Without a scheme. */; readonly reference: string };

/** In a definition it may be what another of its targets comes to as well. */
export type BuildContextSource = NamedContext | { readonly kind: 'target'; readonly target: string };

export const mostNamedContexts = 32;
/** Of one definition that are built as one, the one that is built for included. */
export const mostTargets = 16;
const imageScheme = 'docker-image://';
const targetScheme = 'target:';

/** The builder's own, and what a Dockerfile means by them already. */
const reservedNames = new Set(['context', 'dockerfile', 'scratch']);

/**
 * @returns the name as the builder looks for it: an image's `:latest` is left out.
 * @throws {TypeError} with a sentence for a person
 */
export function parseContextName(name: string): string {
  if (name.length > 128 || !/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[A-Za-z0-9_][A-Za-z0-9._-]*)?$/.test(name))
    throw new TypeError('the name of a context has lower-case letters, digits and single signs, as an image has');
  const short = name.replace(/:latest$/, '');
  if (name.includes('//')) throw new TypeError('the name of a context has no empty part');
  if (reservedNames.has(short)) throw new TypeError(`the name “${short}” belongs to the builder`);
  if (/^\d+$/.test(short))
    throw new TypeError('a number means a stage of the Dockerfile, so no context is called by one');
  return short;
}

/**
 * @param source a folder, `libs/common`, or an image, `docker-image://registry.example.com/tool:1`
 * @throws {TypeError} with a sentence for a person
 */
export function parseNamedContext(source: string): NamedContext {
  if (source.startsWith(imageScheme))
    return { kind: 'image', reference: parseReference(source.slice(imageScheme.length)) };
  // `C:` and `git@host:path` are no folders either: nobody has to guess what a colon means here.
  if (source.includes(':'))
    throw new TypeError('a context is a folder of the repository, or an image as docker-image://name');
  return { kind: 'folder', path: parseRepositoryPath(source) };
}

/**
 * What a definition says of a context, or settings do, as it is used.
 * @param source as `parseNamedContext` takes it, or `target:name`
 * @throws {TypeError} with a sentence for a person
 */
export function parseBuildContext(source: string): BuildContextSource {
  if (!source.startsWith(targetScheme)) return parseNamedContext(source);
  const target = source.slice(targetScheme.length);
  if (!isDefinitionTarget(target)) throw new TypeError('the target of a context has no valid name');
  return { kind: 'target', target };
}

/** The form in which a context is shown and recorded. */
export function formatBuildContext(context: BuildContextSource): string {
  if (context.kind === 'target') return targetScheme + context.target;
  return context.kind === 'image' ? `${imageScheme}${context.reference}` : context.path;
}

/** The distribution specification's grammar of names, tags and digests. */
const reference =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

function parseReference(text: string): string {
  if (text.length > 512 || !reference.test(text)) throw new TypeError('the image of a context has no valid name');
  const [first = '', ...rest] = text.split('/');
  if (rest.length > 0 && isHost(first) && !isRegistryHost(first.toLowerCase()))
    throw new TypeError('the registry of a context has no valid name, or its port is not from 1 to 65535');
  return text;
}

/** As Docker tells a registry from the first part of a name. */
function isHost(part: string): boolean {
  return part === 'localhost' || /[.:A-Z]/.test(part);
}

export function isContextName(name: string): boolean {
  return succeeds(() => parseContextName(name));
}

export function isNamedContext(source: string): boolean {
  return succeeds(() => parseNamedContext(source));
}

function succeeds(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
