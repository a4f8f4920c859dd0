import type { Problem } from './config-error.js';
import { type Env, isSet, type RawValue, rawValue } from './environment.js';
import {
  isGroup,
  isSetting,
  type OptionalGroup,
  type Setting,
  type Shape,
  settingsOf,
  type Variable,
} from './setting.js';

/** What became of one setting: kept for `describeConfig`. */
export interface Reading {
  readonly setting: Setting<unknown>;
  readonly raw: RawValue;
}

/** Reads a shape from an environment and collects every problem instead of stopping at the first. */
export class Reader {
  readonly problems: Problem[] = [];
  readonly readings: Reading[] = [];
  readonly #values = new Map<string, unknown>();
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  /** @returns the values in the form of the shape; meaningless when `problems` is not empty afterwards. */
  read(shape: Shape): Readonly<Record<string, unknown>> {
    const values = Object.entries(shape).map(([key, node]) => [key, this.#readNode(node)]);
    return Object.freeze(Object.fromEntries(values));
  }

  /** A variable's value if this process reads it and its text was good. */
  valueOf<T>(variable: Variable<T>): T | undefined {
    return this.#values.get(variable.name) as T | undefined;
  }

  #readNode(node: Shape[string]): unknown {
    if (isSetting(node)) return this.#readSetting(node);
    return isGroup(node) ? this.#readGroup(node) : this.read(node);
  }

  #readSetting(setting: Setting<unknown>): unknown {
    const { variable } = setting;
    const raw = rawValue(variable, this.#env);
    this.readings.push({ setting, raw });
    if (raw.from === 'broken') return this.#refuse(raw.name, raw.says);
    const text = raw.from === 'nowhere' ? setting.fallback : raw.text;
    if (text !== null) return this.#parse(variable, text);
    return setting.need === 'required' ? this.#refuse(variable.name, 'is not set') : null;
  }

  #parse(variable: Variable<unknown>, text: string): unknown {
    const result = variable.format.safeParse(text);
    if (!result.success) return this.#refuse(variable.name, result.error.issues[0]!.message);
    const value = Array.isArray(result.data) ? Object.freeze(result.data) : result.data;
    this.#values.set(variable.name, value);
    return value;
  }

  #readGroup(group: OptionalGroup<unknown>): unknown {
    const settings = settingsOf(group.settings);
    if (!settings.some((setting) => isSet(setting.variable, this.#env))) {
      for (const setting of settings) this.readings.push({ setting, raw: { from: 'nowhere' } });
      return null;
    }
    const problemsBefore = this.problems.length;
    const parts = this.read(group.settings);
    return this.problems.length > problemsBefore ? null : this.#assemble(group, parts, settings[0]!.variable.name);
  }

  #assemble(group: OptionalGroup<unknown>, parts: Readonly<Record<string, unknown>>, name: string): unknown {
    try {
      return Object.freeze(group.assemble(parts));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return this.#refuse(name, error.message);
    }
  }

  #refuse(name: string, says: string): null {
    this.problems.push({ name, says });
    return null;
  }
}
