import { shellWords } from '../../dockerfile/shell-words.js';
import { expandVariables, type Lookup, variablesIn } from './expand-variables.js';

/** What an image tells the steps that are made upon it: its variables, and `USER` and `SHELL`. */
export interface ImageConfig {
  readonly env: ReadonlyMap<string, string>;
  readonly settings: ReadonlyMap<string, string>;
}

/** Characters that all values which are put in place in one Dockerfile may have together; none that is meant has so many. */
const mostExpanded = 4 * 1024 * 1024;

/** The variables and settings that are in force at one place of a stage. */
export class StageScope {
  readonly settings = new Map<string, string>();
  private readonly env = new Map<string, string>();
  private readonly args = new Map<string, string>();

  private constructor(
    private readonly buildArgs: Readonly<Record<string, string>>,
    /** What was declared before the first FROM; null outside of any stage. */
    private readonly outer: StageScope | null,
    /** Of all scopes of the Dockerfile. */
    private readonly room: { charsLeft: number },
  ) {}

  static outermost(buildArgs: Readonly<Record<string, string>>): StageScope {
    return new StageScope(buildArgs, null, { charsLeft: mostExpanded });
  }

  /** Of a stage that starts from an image. Where nobody knows what that tells, only its digest stands for it. */
  stage(image: ImageConfig | null = null): StageScope {
    const scope = new StageScope(this.buildArgs, this, this.room);
    scope.take(image);
    return scope;
  }

  /** Of a stage that starts from the end of this one: what was set and declared there stays. */
  child(outer: StageScope): StageScope {
    const scope = outer.stage(this.config);
    for (const [name, value] of this.args) scope.args.set(name, value);
    return scope;
  }

  /** Variables that it holds. */
  get size(): number {
    return this.env.size + this.args.size;
  }

  /** Of an image that is made here. */
  get config(): ImageConfig {
    return { env: this.env, settings: this.settings };
  }

  readonly lookup: Lookup = (name) => this.env.get(name) ?? this.args.get(name);

  /** Null where nobody here knows what it comes to, or the Dockerfile is made to take all memory with it. */
  expand(text: string): string | null {
    if (!/[$\\]/.test(text)) return text;
    if (this.room.charsLeft < 0) return null;
    const expanded = expandVariables(text, this.lookup);
    this.room.charsLeft -= expanded?.length ?? 0;
    return this.room.charsLeft < 0 ? null : expanded;
  }

  /** Takes an instruction that is no step. */
  declare(keyword: string, args: string): void {
    if (keyword === 'arg') for (const word of wordsOf(args)) this.declareArg(word);
    else if (keyword === 'env')
      for (const [name, value] of pairsOf(args)) this.env.set(name, this.expand(value) ?? value);
    else if (keyword === 'user' || keyword === 'shell') this.settings.set(keyword.toUpperCase(), args);
  }

  /** Those that reach a step: all of them, or those that its text speaks of. */
  reaching(text: string | null): Map<string, string> {
    const named = text === null ? null : variablesIn(text);
    const all = [...this.args, ...this.env].filter(([name]) => named?.has(name) ?? true);
    return new Map(all);
  }

  private take(image: ImageConfig | null): void {
    for (const [name, value] of image?.env ?? []) this.env.set(name, value);
    for (const [name, value] of image?.settings ?? []) this.settings.set(name, value);
  }

  private declareArg(word: string): void {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const given = Object.hasOwn(this.buildArgs, name) ? this.buildArgs[name] : undefined;
    const written = equals < 0 ? undefined : (this.expand(word.slice(equals + 1)) ?? word.slice(equals + 1));
    const value = given ?? written ?? this.outer?.args.get(name);
    if (value !== undefined) this.args.set(name, value);
  }
}

function wordsOf(args: string): string[] {
  return shellWords(args, false) ?? args.split(/\s+/);
}

/** `ENV A=1 B="2 3"`, or the old form `ENV A 1 2`. */
function pairsOf(args: string): [string, string][] {
  const words = wordsOf(args);
  if (!words[0]?.includes('=')) {
    const match = /^(\S+)\s+([\s\S]*)$/.exec(args);
    return match ? [[match[1]!, match[2]!]] : [];
  }
  return words.map((word) => [word.split('=', 1)[0]!, word.slice(word.indexOf('=') + 1)]);
}
