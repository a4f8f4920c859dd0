import type { Instruction } from '@cooperage/domain';
import { stageNameOf } from './stages.js';

type Values = Readonly<Record<string, string>>;

/**
 * What FROM may name: an ARG within a stage says nothing of it. Of one that is declared twice each parser takes another, so it has no value.
 */
export function globalValues(instructions: readonly Instruction[], buildArgs: Values): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const twice = new Set<string>();
  for (const { keyword, args } of instructions) {
    if (keyword === 'from') break;
    if (keyword !== 'arg') continue;
    for (const [name, value] of args.split(/\s+/).map(keyAndValue)) {
      if (values.has(name)) twice.add(name);
      values.set(name, buildArgs[name] ?? expand(value.replace(/^(["'])(.*)\1$/, '$2'), values));
    }
  }
  for (const name of twice) values.delete(name);
  return values;
}

/** What FROM or `--from` names, as we read it: buildah is left to find nothing by a name (`canonicalDockerfile`). */
export interface NamedSource {
  /** Variables are filled in. */
  readonly name: string;
  readonly instruction: Instruction;
  /** Behind FROM; else files are taken from it. */
  readonly isBase: boolean;
  /** Number of the earlier stage that it is, from 0; null for `scratch` and for what a registry is asked for. */
  readonly stage: number | null;
}

/** An image that a registry is asked for. */
export type NamedImage = NamedSource & { readonly stage: null };

export function imagesAmong(sources: readonly NamedSource[]): NamedImage[] {
  return sources.filter((source): source is NamedImage => source.stage === null && source.name !== 'scratch');
}

export function sourcesNamed(instructions: readonly Instruction[], buildArgs: Values): NamedSource[] {
  const values = globalValues(instructions, buildArgs);
  const stages = new Map<string, number>();
  let count = 0;
  const stageOf = (name: string): number | null => stages.get(name.toLowerCase()) ?? null;
  return instructions.flatMap((instruction) => {
    const { keyword, flags, args } = instruction;
    if (keyword !== 'from')
      return sourcesOfFlags(flags).map((name) => {
        const stage = /^\d+$/.test(name) && Number(name) < count ? Number(name) : stageOf(name);
        return { name, instruction, isBase: false, stage };
      });
    const name = nameIn(args, values);
    const source = { name, instruction, isBase: true, stage: stageOf(name) };
    const own = stageNameOf(instruction);
    if (own !== null) stages.set(own, count);
    count++;
    return [source];
  });
}

/** Names behind `--from`. */
export function sourcesOfFlags(flags: readonly string[]): string[] {
  return flags.filter((flag) => flag.startsWith('--from=')).map((flag) => flag.slice('--from='.length));
}

/** @param args of FROM */
export function nameIn(args: string, values: ReadonlyMap<string, string>): string {
  return expand(/^\S*/.exec(args)![0].replace(/^(["'])(.*)\1$/, '$2'), values);
}

/** A variable without a value here stays as it is, and is no part of a name: it may be one that the builder sets. */
function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g,
    (written, plain?: string, name?: string, operator?: string, word?: string) => {
      const value = values.get(plain ?? name ?? '');
      if (value === undefined && (operator === undefined || isBuilders(name!))) return written;
      if (operator === '+') return value ? word! : '';
      return value || (word ?? '');
    },
  );
}

/** https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
function isBuilders(name: string): boolean {
  return /^(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT)$/.test(name);
}

/** Both without the spaces around them. */
export function keyAndValue(option: string): [string, string] {
  const at = option.indexOf('=');
  return at < 0 ? [option.trim(), ''] : [option.slice(0, at).trim(), option.slice(at + 1)];
}
