import { bytesToText, heredocsOf, type Instruction } from '@cooperage/domain';
import type { BuildRequest } from '../build-request.js';
import { EngineLacks } from '../engine-lacks.js';
import { stageNameOf } from './stages.js';

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
  const values = globalValues(instructions, buildArgs);
  for (const instruction of instructions) {
    const lack = instruction.keyword === 'from' ? lackOfFrom(instruction, values) : lackOf(instruction);
    if (lack) return { instruction, lack };
  }
  return null;
}

/** What buildah reads as one line has 64 KiB. */
const mostLength = 60_000;

/** What FROM may name: an ARG within a stage says nothing of it. */
function globalValues(instructions: readonly Instruction[], buildArgs: Values): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { keyword, args } of instructions) {
    if (keyword === 'from') break;
    if (keyword !== 'arg') continue;
    for (const [name, value] of args.split(/\s+/).map(keyAndValue))
      values.set(name, buildArgs[name] ?? expand(value.replace(/^(["'])(.*)\1$/, '$2'), values));
  }
  return values;
}

/** An image that a registry is asked for. */
export interface NamedImage {
  /** Variables are filled in. */
  readonly name: string;
  readonly instruction: Instruction;
  /** Behind FROM; else files are taken from it. */
  readonly isBase: boolean;
}

/** Images that come from registries: neither `scratch` nor what an earlier stage makes. */
export function imagesNamed(instructions: readonly Instruction[], buildArgs: Values): NamedImage[] {
  const values = globalValues(instructions, buildArgs);
  const stages = new Set(['scratch']);
  let count = 0;
  const isImage = ({ name, isBase }: NamedImage) =>
    !stages.has(name.toLowerCase()) && (isBase || !/^\d+$/.test(name) || Number(name) >= count);
  return instructions.flatMap((instruction) => {
    const { keyword, flags, args } = instruction;
    if (keyword !== 'from') return imagesCopied(instruction, flags).filter(isImage);
    const images = [{ name: nameIn(args, values), instruction, isBase: true }].filter(isImage);
    const stage = stageNameOf(instruction);
    if (stage !== null) stages.add(stage);
    count++;
    return images;
  });
}

function imagesCopied(instruction: Instruction, flags: readonly string[]): NamedImage[] {
  const names = flags.filter((flag) => flag.startsWith('--from=')).map((flag) => flag.slice('--from='.length));
  return names.map((name) => ({ name, instruction, isBase: false }));
}

function nameIn(args: string, values: ReadonlyMap<string, string>): string {
  return expand(/^\S*/.exec(args)![0].replace(/^(["'])(.*)\1$/, '$2'), values);
}

/** As far as base images are named so: what it does not know stays as it is, and is no name. */
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
  throw lacks(file, found);
}

/** @throws {EngineLacks} for an image that adds instructions to the Dockerfile, which nobody has read before (R15C-1) */
export function refuseTriggers(file: string, instruction: Instruction, triggers: readonly string[]): void {
  if (triggers.length > 0) throw lacks(file, { instruction, lack: 'ONBUILD of a base image' });
}

function lacks(file: string, { instruction, lack }: Found): EngineLacks {
  return new EngineLacks(`buildah does not do ${lack}; the buildkit engine does.`, {
    place: placeOf(file, instruction),
  });
}

export function placeOf(file: string, { startLine, endLine, text }: Instruction) {
  return { file, line: startLine, endLine, step: bytesToText(text).slice(0, 200) };
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
  if (text.length > mostLength) return `instructions of more than ${mostLength} bytes`;
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

/**
 * A mount's source may be a link, and this version follows links to wherever they lead on the worker: of bind mounts (CVE-2024-1753), and of
 * cache mounts, whose id or target is a path to it (CVE-2024-9675, R15C-1). It fills in variables before it reads a flag.
 */
function lackOfRunFlag(flag: string): Lack | null {
  if (/[$\\"'\s]/.test(flag)) return 'variables in the flags of RUN';
  if (flag.startsWith('--network=')) return flag === '--network=none' ? null : 'steps with a network of their own';
  const options = flag.slice('--mount='.length).split(',').map(keyAndValue);
  const types = options.filter(([key]) => key.toLowerCase() === 'type').map(([, value]) => value);
  const type = types[0] ?? 'bind';
  if (types.length > 1 || !['secret', 'tmpfs'].includes(type))
    return `RUN --mount=type=${type} in a way that holds the worker apart`;
  return null;
}

function keyAndValue(option: string): [string, string] {
  const at = option.indexOf('=');
  return at < 0 ? [option.trim(), ''] : [option.slice(0, at).trim(), option.slice(at + 1)];
}

function lackOfCopy(flags: readonly string[]): Lack | null {
  const sources = flags.filter((flag) => flag.startsWith('--from=')).map((flag) => flag.slice('--from='.length));
  const foreign = sources.find((name) => !isImageName(name));
  return foreign === undefined ? null : `COPY from ${shown(foreign)}`;
}

/** https://github.com/containers/image/blob/main/docs/containers-transports.5.md */
const transport =
  /^(?:atomic|containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|openshift|ostree|sif|tarball):|^docker:\/\//;

/** Whether a name is that of an image in a registry, or of a stage: no variable, no transport. */
function isImageName(name: string): boolean {
  return /^\w[\w./:@-]*$/.test(name) && !transport.test(name);
}

/** A variable may turn into an address, unless what stands before it can no longer become one. Quotes within a word are taken away. */
function mayBeAddress(args: string): boolean {
  const words = [...args.split(/[\s"',[\]]+/), ...args.replace(/["']/g, '').split(/\s+/)];
  return words.some((word) => ['http://', 'https://'].some((scheme) => isOrMayBecome(word.toLowerCase(), scheme)));
}

function isOrMayBecome(word: string, scheme: string): boolean {
  const fixed = word.split(/[$\\]/)[0]!;
  return fixed === word ? word.startsWith(scheme) : fixed.startsWith(scheme) || scheme.startsWith(fixed);
}

function shown(text: string): string {
  return JSON.stringify(bytesToText(text).slice(0, 60));
}
