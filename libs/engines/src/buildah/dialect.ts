import { bytesToText, heredocsOf, type Instruction } from '@cooperage/domain';
import type { BuildRequest } from '../build-request.js';
import { EngineLacks } from '../engine-lacks.js';

/** What an instruction asks for that this engine does not do, in words that end the sentence "buildah does not do …". */
type Lack = string;
type Values = Readonly<Record<string, string>>;
interface Found {
  readonly instruction: Instruction;
  readonly lack: Lack;
}

const knownFlags: Readonly<Record<string, RegExp>> = {
  from: /^--platform=/,
  copy: /^--(?:from|chown|chmod)=/,
  add: /^--(?:chown|chmod)=/,
  run: /^--(?:mount|network)=/,
};

/** They have no place in an image of the OCI format: buildah leaves them out with a word on its error output. */
const dockerFormatOnly = new Set(['onbuild', 'healthcheck', 'shell']);

/** The first line that needs another engine, or null. */
function firstLack(instructions: readonly Instruction[], buildArgs: Values): Found | null {
  const values = new Map<string, string>();
  for (const instruction of instructions) {
    if (instruction.keyword === 'arg') declare(instruction, buildArgs, values);
    const lack = instruction.keyword === 'from' ? lackOfFrom(instruction, values) : lackOf(instruction);
    if (lack) return { instruction, lack };
  }
  return null;
}

function declare({ args }: Instruction, buildArgs: Values, values: Map<string, string>): void {
  for (const [name, value] of args.split(/\s+/).map(keyAndValue))
    values.set(name, buildArgs[name] ?? expand(value.replace(/^(["'])(.*)\1$/, '$2'), values));
}

/** Names of images that registries are asked for, stages among them. */
export function imagesNamed(instructions: readonly Instruction[], buildArgs: Values): string[] {
  const values = new Map<string, string>();
  return instructions.flatMap((instruction) => {
    const { keyword, flags, args } = instruction;
    if (keyword === 'arg') declare(instruction, buildArgs, values);
    if (keyword === 'from') return [nameIn(args, values)];
    return flags.filter((flag) => flag.startsWith('--from=')).map((flag) => flag.slice('--from='.length));
  });
}

function nameIn(args: string, values: ReadonlyMap<string, string>): string {
  return expand(/^\S*/.exec(args)![0].replace(/^(["'])(.*)\1$/, '$2'), values);
}

/** Only for a look at what comes out: buildah expands by itself, and its policy refuses what this reading missed. */
function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g,
    (_, plain?: string, name?: string, operator?: string, word?: string) => {
      const value = values.get(plain ?? name ?? '') ?? '';
      if (operator === '+') return value === '' ? '' : word!;
      return value === '' ? (word ?? '') : value;
    },
  );
}

/** A name with a transport (`dir:/etc`) would be read from the worker's own disk. */
function lackOfFrom({ flags, args }: Instruction, values: ReadonlyMap<string, string>): Lack | null {
  const foreign = flags.find((flag) => !knownFlags.from!.test(flag));
  if (foreign !== undefined) return `the flag ${shown(foreign)}`;
  const name = nameIn(args, values);
  return isImageName(name) ? null : `FROM ${shown(name)}`;
}

/**
 * Refuses what buildah 1.28 would build wrongly, or at the cost of others, before anything runs.
 * @throws {EngineLacks} with the line and the engine that can do it
 */
export function refuseForeignDialect(file: string, instructions: readonly Instruction[], buildArgs: Values): void {
  const found = firstLack(instructions, buildArgs);
  if (!found) return;
  const { startLine: line, endLine, text } = found.instruction;
  const place = { file, line, endLine, step: bytesToText(text).slice(0, 200) };
  throw new EngineLacks(`buildah does not do ${found.lack}; the buildkit engine does.`, { place });
}

/** @throws {EngineLacks} for a cache that is no repository */
export function refuseForeignCache(
  file: string,
  caches: { inlineCache?: boolean; localCaches?: readonly string[] },
): void {
  if (!caches.inlineCache && !caches.localCaches) return;
  throw new EngineLacks('buildah keeps caches in a registry only; the buildkit engine keeps them elsewhere too.', {
    place: { file },
  });
}

/** @throws {EngineLacks} for code of strangers, see ADR 9 */
export function refuseStrangers(file: string, strangers: boolean | undefined): void {
  if (!strangers) return;
  throw new EngineLacks('buildah builds only what is trusted; the buildkit engine builds code of strangers.', {
    place: { file },
  });
}

/** @throws {EngineLacks} */
export function refuseNamedContexts({ namedContexts = [], targets = [], dockerfile }: BuildRequest): void {
  if (targets.length > 0)
    throw new EngineLacks('buildah builds no targets that feed each other; the buildkit engine does.', {
      place: { file: dockerfile.path },
    });
  if (namedContexts.length === 0) return;
  throw new EngineLacks('buildah is given no named contexts here; the buildkit engine is.', {
    place: { file: dockerfile.path },
  });
}

function lackOf({ keyword, flags, args, text }: Instruction): Lack | null {
  const written = /^\S+/.exec(text)?.[0]?.toLowerCase() ?? keyword;
  if (dockerFormatOnly.has(written)) return `${written.toUpperCase()} in images of the OCI format`;
  if (['run', 'copy', 'add'].includes(keyword) && heredocsOf(text, args).length > 0) return 'here-documents';
  const known = knownFlags[keyword];
  const foreign = flags.find((flag) => !known?.test(flag));
  if (foreign !== undefined && known) return `the flag ${shown(foreign)}`;
  if (keyword === 'run') return flags.map(lackOfRunFlag).find((lack) => lack !== null) ?? null;
  if (keyword === 'add' && mayBeAddress(args)) return 'ADD from an address without reaching the network of its worker';
  if (keyword === 'copy') return lackOfCopy(flags);
  return null;
}

function lackOfRunFlag(flag: string): Lack | null {
  if (flag.startsWith('--network=')) return flag === '--network=none' ? null : 'steps with a network of their own';
  const written = flag.slice('--mount='.length).split(',').map(keyAndValue);
  const options = new Map(written.map(([key, value]) => [key.toLowerCase(), value]));
  const type = options.get('type') ?? 'bind';
  // A mount's source may be a link, and this version follows links to wherever they lead on the worker (CVE-2024-1753).
  if (!['cache', 'secret', 'tmpfs'].includes(type))
    return `RUN --mount=type=${type} in a way that holds the worker apart`;
  if (type !== 'cache') return null;
  if (options.has('from') || options.has('source') || options.has('src')) return 'cache mounts with a source';
  // The id is a folder's name to buildah, whatever it holds (CVE-2024-9675).
  return /^[\w-][\w.-]*$/.test(options.get('id') ?? 'none') ? null : 'cache mounts with such an id';
}

function keyAndValue(option: string): [string, string] {
  const at = option.indexOf('=');
  return at < 0 ? [option.trim(), ''] : [option.slice(0, at).trim(), option.slice(at + 1)];
}

function lackOfCopy(flags: readonly string[]): Lack | null {
  const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
  if (from === undefined || isImageName(from)) return null;
  return `COPY from ${shown(from)}`;
}

/** https://github.com/containers/image/blob/main/docs/containers-transports.5.md */
const transport =
  /^(?:atomic|containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|openshift|ostree|sif|tarball):|^docker:\/\//;

/** Whether a name is that of an image in a registry, or of a stage: no variable, no transport. */
function isImageName(name: string): boolean {
  return /^\w[\w./:@-]*$/.test(name) && !transport.test(name);
}

/** A variable may turn into an address, unless what stands before it can no longer become one. */
function mayBeAddress(args: string): boolean {
  return args
    .split(/[\s"',[\]]+/)
    .some((word) => ['http://', 'https://'].some((scheme) => isOrMayBecome(word.toLowerCase(), scheme)));
}

function isOrMayBecome(word: string, scheme: string): boolean {
  const fixed = word.split(/[$\\]/)[0]!;
  return fixed === word ? word.startsWith(scheme) : fixed.startsWith(scheme) || scheme.startsWith(fixed);
}

function shown(text: string): string {
  return JSON.stringify(bytesToText(text).slice(0, 60));
}
