import { bytesToLines, bytesToText, escapeOf, heredocsOf, type Instruction } from '@cooperage/domain';
import type { BuildRequest } from '../build-request.js';
import { EngineLacks } from '../engine-lacks.js';
import { globalValues, keyAndValue, nameIn, sourcesOfFlags } from './named-sources.js';

/** What an instruction asks for that this engine does not do, in words that end the sentence "buildah does not do …". */
type Lack = string;
/** What an instruction is read with. */
interface Scene {
  readonly values: ReadonlyMap<string, string>;
  readonly escapeChar: string;
  /** The flag of FROM that asks for the platform of the build. */
  readonly ownPlatform: string;
}
interface Found {
  readonly instruction: Instruction;
  readonly lack: Lack;
}

/** Flags of each instruction that goes to buildah. Only the builder's own platform is built for. */
const knownFlags: Readonly<Record<string, RegExp>> = {
  from: /^--platform=\$(?:(?:BUILD|TARGET)PLATFORM|\{(?:BUILD|TARGET)PLATFORM\})$/,
  copy: /^--(?:from|chown|chmod)=/,
  add: /^--(?:chown|chmod)=/,
  run: /^--(?:mount|network)=/,
};
const withoutFlags = 'arg cmd entrypoint env expose label maintainer stopsignal user volume workdir'.split(' ');
const knownInstructions = new Set([...Object.keys(knownFlags), ...withoutFlags]);

/** What takes another parser from one word to the next, or takes words away. */
const cutsWords = /[\s"'\\`\x85\xa0]/;

/** They have no place in an image of the OCI format: buildah leaves them out with a word on its error output. */
const dockerFormatOnly = new Set(['onbuild', 'healthcheck', 'shell']);

/** The first line that needs another engine, or null. */
function firstLack(instructions: readonly Instruction[], scene: Scene): Found | null {
  for (const instruction of instructions) {
    const lack = lackOf(instruction, scene) ?? (instruction.keyword === 'from' ? lackOfFrom(instruction, scene) : null);
    if (lack) return { instruction, lack };
  }
  return null;
}

/** What buildah reads as one line has 64 KiB. */
const mostLength = 60_000;

/** A name with a transport (`dir:/etc`) would be read from the worker's own disk. */
function lackOfFrom({ args }: Instruction, { values }: Scene): Lack | null {
  const name = nameIn(args, values);
  return isImageName(name) && /^\S+(?:\s+as\s+\S+)?$/i.test(args) ? null : `FROM ${shown(args)}`;
}

/**
 * Refuses what buildah 1.28 would build wrongly, or at the cost of others, before anything runs.
 * @throws {EngineLacks} with the line and the engine that can do it
 */
export function refuseForeignDialect(
  request: Pick<BuildRequest, 'dockerfile' | 'buildArgs' | 'platform'>,
  instructions: readonly Instruction[],
): void {
  const { path, content } = request.dockerfile;
  const found = firstLack(instructions, {
    values: globalValues(instructions, request.buildArgs),
    escapeChar: escapeOf(bytesToLines(content)),
    ownPlatform: `--platform=${request.platform}`,
  });
  if (!found) return;
  throw lacks(path, found);
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

function lackOf({ keyword, flags, args, text }: Instruction, { escapeChar, ownPlatform }: Scene): Lack | null {
  const written = /^\S+/.exec(text)?.[0]?.toLowerCase() ?? keyword;
  if (text.length > mostLength) return `instructions of more than ${mostLength} bytes`;
  // Its parser goes on in the next line, and knows no end of flags.
  if (text.endsWith(escapeChar)) return 'a line that ends in an escape character';
  if (args.startsWith('--')) return `the flag ${shown(/^\S+/.exec(args)![0])}`;
  if (dockerFormatOnly.has(written)) return `${written.toUpperCase()} in images of the OCI format`;
  if (!knownInstructions.has(keyword)) return `the instruction ${shown(keyword)}`;
  if (['run', 'copy', 'add'].includes(keyword) && heredocsOf(text, args).length > 0) return 'here-documents';
  const isKnown = (flag: string) => knownFlags[keyword]?.test(flag) || (keyword === 'from' && flag === ownPlatform);
  const foreign = flags.find((flag) => !isKnown(flag) || cutsWords.test(flag));
  if (foreign !== undefined) return `the flag ${shown(foreign)}`;
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
  if (flag.includes('$')) return 'variables in the flags of RUN';
  if (flag.startsWith('--network=')) return flag === '--network=none' ? null : 'steps with a network of their own';
  const options = flag.slice('--mount='.length).split(',').map(keyAndValue);
  const types = options.filter(([key]) => key.toLowerCase() === 'type').map(([, value]) => value);
  const type = types[0] ?? 'bind';
  if (types.length > 1 || !['secret', 'tmpfs'].includes(type))
    return `RUN --mount=type=${type} in a way that holds the worker apart`;
  return null;
}

function lackOfCopy(flags: readonly string[]): Lack | null {
  const sources = sourcesOfFlags(flags);
  if (sources.length > 1) return 'several sources of COPY';
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
