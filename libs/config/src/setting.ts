import type { z } from 'zod';

/** One environment variable: its name, what it means and how its text is read. Says nothing of who needs it. */
export interface Variable<T> {
  readonly name: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** Reads the variable's text. Its messages never repeat the text, which may be a secret. */
  readonly format: z.ZodType<T, string>;
  /** Never shown; refused in a process that does not list it. */
  readonly secret: boolean;
  /** Whether `NAME_FILE` may name a file that holds the value. */
  readonly fromFile: boolean;
}

/** A variable as one process reads it. */
export interface Setting<T> {
  readonly kind: 'setting';
  readonly variable: Variable<unknown>;
  readonly need: 'required' | 'optional' | 'default';
  /** The text that stands in for a variable that is not set. */
  readonly fallback: string | null;
  /** What the reference page says instead of a fallback that differs from machine to machine. */
  readonly fallbackWords?: string;
  /** Carries the type of the value; never set. */
  readonly type?: T;
}

/** Settings that are given together or not at all. */
export interface OptionalGroup<T> {
  readonly kind: 'group';
  readonly settings: Shape;
  /** @throws {TypeError} with a sentence when the parts do not make a whole. */
  readonly assemble: (parts: Readonly<Record<string, unknown>>) => T;
}

export interface Shape {
  readonly [key: string]: Setting<unknown> | OptionalGroup<unknown> | Shape;
}

export type ValueOf<S> =
  S extends Setting<infer T>
    ? T
    : S extends OptionalGroup<infer T>
      ? T | null
      : { readonly [K in keyof S]: ValueOf<S[K]> };

export function plain<T>(name: string, format: z.ZodType<T, string>, summary: string): Variable<T> {
  return { name, format, summary, secret: false, fromFile: false };
}

export function secret<T>(name: string, format: z.ZodType<T, string>, summary: string): Variable<T> {
  return { name, format, summary, secret: true, fromFile: true };
}

export function required<T>(variable: Variable<T>): Setting<T> {
  return { kind: 'setting', variable, need: 'required', fallback: null };
}

/** Null where the variable is not set. */
export function optional<T>(variable: Variable<T>): Setting<T | null> {
  return { kind: 'setting', variable, need: 'optional', fallback: null };
}

export function withDefault<T>(variable: Variable<T>, fallback: string, fallbackWords?: string): Setting<T> {
  return { kind: 'setting', variable, need: 'default', fallback, ...(fallbackWords && { fallbackWords }) };
}

export function optionalGroup<S extends Shape, T = ValueOf<S>>(
  settings: S,
  assemble: (parts: ValueOf<S>) => T = (parts) => parts as unknown as T,
): OptionalGroup<T> {
  return { kind: 'group', settings, assemble: assemble as OptionalGroup<T>['assemble'] };
}

/** Every setting of a shape, groups included. */
export function settingsOf(shape: Shape): Setting<unknown>[] {
  return Object.values(shape).flatMap((node) => {
    if (isSetting(node)) return [node];
    return settingsOf(isGroup(node) ? node.settings : node);
  });
}

export function isSetting(node: Shape[string]): node is Setting<unknown> {
  return node.kind === 'setting';
}

export function isGroup(node: Shape[string]): node is OptionalGroup<unknown> {
  return node.kind === 'group';
}
