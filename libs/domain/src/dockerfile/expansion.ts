import { bytesOf, expandedLength } from './expanded-length.js';
import { heredocOf } from './heredocs.js';
import { commaFields, cut, namedValues, plainWords, quotedWords } from './instruction-words.js';
import { escapeOf, type Instruction } from './instructions.js';
import { bytesToLines, bytesToText } from './lines.js';
import { alone, contentsOf, isTrigger, mayNameStage } from './triggers.js';
import { KnownLengths, StageLengths, type StepSetting } from './variable-lengths.js';

/** Bytes of one value, or of one instruction, with all variables put in place. */
export const mostExpandedValue = 1024 * 1024;
/** Bytes of all that is put in place in the Dockerfiles of a build, and of what its steps have of variables, each for itself. */
export const mostExpandedBuild = 64 * 1024 * 1024;

/** A variable that no line sets: the base image may, or the engine. */
const unknownValue = 4096;
/** In the text of a step, where nearly all of them are the shell's own and stay as they are written. */
const unknownInStep = 256;

/** What the engine sets before the first FROM, where no base image sets anything. */
const setByEngine = /^(?:BUILD|TARGET)/;

/** What BuildKit holds of an instruction that it takes over from another stage, beside its text. */
const triggerBytes = 1024;

/** Where a Dockerfile becomes too long. */
export interface ExpansionExcess {
  readonly kind: 'value' | 'build';
  /** The variable or the instruction. */
  readonly name: string;
  readonly instruction: Instruction;
}

export interface MeasuredExpansion {
  /** Of this Dockerfile and those before it. */
  readonly bytes: number;
  readonly known: KnownLengths;
  readonly excess: ExpansionExcess | null;
}

export interface ExpansionScene {
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Of other Dockerfiles of the build whose results this one may start from. */
  readonly from: readonly KnownLengths[];
  /** That other Dockerfiles of the build took. */
  readonly spentBytes: number;
}

/**
 * How long a Dockerfile can become when BuildKit puts values in the place of variables, which it does without a bound: an upper bound
 * by arithmetic alone. What a base image sets is not known here; it counts with a sum that ordinary images do not reach.
 */
export function measureExpansion(
  content: Uint8Array,
  instructions: readonly Instruction[],
  scene: ExpansionScene,
): MeasuredExpansion {
  const walk = new Walk(content, scene);
  try {
    for (const instruction of instructions) walk.take(instruction);
    return { bytes: walk.bytes, known: walk.known, excess: null };
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
    return { bytes: walk.bytes, known: walk.known, excess: error.excess };
  }
}

class TooLong extends Error {
  constructor(readonly excess: ExpansionExcess) {
    super();
  }
}

class Walk {
  bytes: number;
  readonly known = new KnownLengths();
  private readonly others = new KnownLengths();
  private readonly escape: string;
  /** That words are cut with. */
  private wordEscape: string;
  /** Carriage returns and line ends, which the reader of lines leaves out. */
  private readonly leftOut: number;
  private readonly outer = StageLengths.ofImage(new KnownLengths(), new KnownLengths());
  private readonly outerValues = new Map<string, number>();
  private stage: StageLengths | null = null;
  private name = '';
  private triggers: Instruction[] = [];
  private readonly stages = new Map<string, { lengths: StageLengths; triggers: readonly Instruction[] }>();
  /** What is judged: a trigger counts for the line that starts from its stage. */
  private current!: Instruction;

  constructor(
    content: Uint8Array,
    private readonly scene: ExpansionScene,
  ) {
    const lines = bytesToLines(content);
    this.escape = escapeOf(lines);
    this.leftOut = content.byteLength - lines.reduce((sum, line) => sum + line.length, 0);
    this.bytes = scene.spentBytes;
    this.wordEscape = this.escape;
    for (const other of scene.from) this.others.add(other);
    this.known.add(this.others);
  }

  take(instruction: Instruction): void {
    this.current = instruction;
    if (!isTrigger(instruction)) this.apply(instruction, false);
    else if (instruction.keyword !== 'from') {
      this.triggers.push(instruction);
      this.apply(instruction, true);
    }
  }

  /** @param maybe it is for other builds, and may not be carried out in this one */
  private apply(instruction: Instruction, maybe: boolean): void {
    const { keyword, args } = instruction;
    this.spend(instruction.text.length + instruction.documents.length);
    const { stage } = this;
    if (keyword === 'from') this.from(instruction);
    else if (keyword === 'arg') this.arg(args);
    else if (!stage) return;
    else if (keyword === 'env') this.env(stage, args, maybe);
    else if (keyword === 'label') for (const pair of this.pairs(args)) this.both(pair);
    else if (keyword === 'run') this.run(stage, instruction);
    else if (keyword === 'copy' || keyword === 'add') this.copy(stage, instruction);
    else if (keyword === 'volume') this.each(plainWords(args, true));
    else if (keyword === 'expose') this.each(plainWords(args, false));
    else if (keyword === 'stopsignal') this.put(bytesToText(args));
    // Both have the shell in the history of the image.
    else if (keyword === 'cmd' || keyword === 'entrypoint') this.spend(2 * stage.setting('SHELL'));
    else if (keyword === 'shell') this.setting(stage, 'SHELL', bytesOf(bytesToText(args)), maybe);
    else if (keyword === 'user') this.setting(stage, 'USER', this.put(bytesToText(args)), maybe);
    else if (keyword === 'workdir') this.workdir(stage, instruction, maybe);
  }

  private from({ args, flags }: Instruction): void {
    this.endStage();
    const [image = '', as = '', name = ''] = plainWords(args, false);
    this.each([image, ...flags.map((flag) => cut(bytesToText(flag))[1])], this.outer);
    const base = this.stages.get(image.toLowerCase());
    this.name = /^as$/i.test(as) ? name.toLowerCase() : '';
    this.triggers = [];
    const mayBeStage = mayNameStage(image);
    if (base) this.spend(base.lengths.copiedBytes);
    // Of any stage before, where only variables say from which it starts.
    this.stage = base?.lengths.child() ?? StageLengths.ofImage(this.known, mayBeStage ? this.known : this.others);
    const started = base ? [base] : mayBeStage ? [...this.stages.values()] : [];
    for (const { triggers } of started) for (const trigger of triggers) this.trigger(trigger, !base);
  }

  private endStage(): void {
    if (this.stage && this.name !== '')
      this.stages.set(this.name, {
        lengths: this.stage,
        triggers: this.triggers.map(alone).filter((one) => one !== null),
      });
  }

  /** Read by itself, so without the file's escape character. */
  private trigger(instruction: Instruction, maybe: boolean): void {
    if (instruction.keyword === 'from') return;
    this.spend(triggerBytes);
    this.wordEscape = '\\';
    this.apply(instruction, maybe);
    this.wordEscape = this.escape;
  }

  private arg(args: string): void {
    for (const word of quotedWords(bytesToText(args), this.wordEscape)) {
      const [name, value] = cut(word);
      const given = this.given(name);
      if (given !== null) this.spend(given, name, given);
      if (!this.stage) this.outerArg(name, word.includes('=') ? value : null, given);
      else if (given !== null) this.stage.declare(name, given);
      else if (word.includes('=')) this.stage.declare(name, this.put(value, this.stage, name));
      else this.stage.declare(name, this.outerValues.get(name) ?? null);
    }
  }

  /** BuildKit puts these in place twice: as they are written, and with the arguments that are given. */
  private outerArg(name: string, value: string | null, given: number | null): void {
    const written = value === null ? null : this.put(value, this.outer, name);
    if (written === null && given === null) return;
    const bytes = Math.max(written ?? 0, given ?? 0);
    this.outer.declare(name, bytes);
    this.outerValues.set(name, this.outer.lengthOf(name, 0));
  }

  private env(stage: StageLengths, args: string, maybe: boolean): void {
    // All of them before any is set: so does BuildKit.
    const found = this.pairs(args).map((pair) => ({ name: pair[0], ...this.both(pair) }));
    for (const { name, nameBytes, bytes } of found) {
      // BuildKit looks through those that are there.
      this.spend(stage.size);
      if (/[$'"\\`]/.test(name)) stage.set(null, nameBytes + bytes);
      else stage.set(name, maybe ? Math.max(bytes, stage.lengthOf(name, unknownValue)) : bytes);
    }
  }

  private pairs(args: string): [string, string][] {
    return namedValues(bytesToText(args), this.wordEscape);
  }

  private both([name, value]: [string, string]): { nameBytes: number; bytes: number } {
    return { nameBytes: this.put(name), bytes: this.put(value, this.stage!, name) };
  }

  private run(stage: StageLengths, { text, flags, documents }: Instruction): void {
    for (const flag of flags)
      if (flag.startsWith('--mount=')) this.each(commaFields(bytesToText(flag.slice(8))).map((field) => cut(field)[1]));
    // The name of the step has the beginning of a here-document with it.
    const first = bytesToText(documents).trimStart().split('\n', 1)[0]!;
    this.put(`${bytesToText(text)} ${first}`, stage, 'RUN', unknownInStep);
    this.spend(stage.stepBytes);
  }

  private copy(stage: StageLengths, instruction: Instruction): void {
    const { args, flags, text } = instruction;
    this.each(flags.map((flag) => cut(bytesToText(flag))[1]));
    const words = plainWords(args, true);
    this.each(words);
    this.put(bytesToText(text));
    this.spend(stage.setting('WORKDIR'));
    this.documents(instruction, words);
  }

  /** Each source that names a here-document has a copy of it, and several may name the same. */
  private documents({ text, args, documents }: Instruction, words: readonly string[]): void {
    if (documents === '') return;
    const sources = words.flatMap((word) => heredocOf(word) ?? []);
    const expanding = new Set(sources.flatMap(({ terminator, expands }) => (expands ? [terminator] : [])));
    const bytesByName = new Map<string, number>();
    for (const { terminator, content } of contentsOf(text, args, documents)) {
      const bytes = expanding.has(terminator)
        ? this.put(content, this.stage!, 'the here-document', unknownValue, { escape: '\\', quotes: false })
        : bytesOf(content);
      bytesByName.set(terminator, Math.max(bytesByName.get(terminator) ?? 0, bytes));
    }
    for (const { terminator } of sources) this.spend((bytesByName.get(terminator) ?? 0) + this.leftOut);
  }

  private workdir(stage: StageLengths, { args, text }: Instruction, maybe: boolean): void {
    const path = bytesToText(args);
    const bytes = this.put(path);
    this.put(bytesToText(text));
    const whole = path.startsWith('/') ? bytes : stage.setting('WORKDIR') + 1 + bytes;
    // The step that makes it, and the history of the image.
    this.spend(2 * whole + stage.setting('USER'));
    this.setting(stage, 'WORKDIR', whole, maybe);
  }

  private setting(stage: StageLengths, name: StepSetting, bytes: number, maybe: boolean): void {
    stage.put(name, maybe ? Math.max(stage.setting(name), bytes) : bytes);
  }

  private each(words: readonly string[], scope = this.stage!): void {
    for (const word of words) this.put(word, scope);
  }

  /** Bytes of a text with its variables put in place. */
  private put(
    text: string,
    scope: StageLengths = this.stage!,
    name = this.current.keyword.toUpperCase(),
    unknown = unknownValue,
    reading = { escape: this.escape, quotes: true },
  ): number {
    let compared = 0;
    const lengthOf = (variable: string) => {
      // BuildKit compares it with all that there are, letter by letter, to say which one may be meant.
      if (!scope.has(variable) && unknown === unknownValue) compared += bytesOf(variable) * scope.nameBytes;
      return scope.lengthOf(variable, scope === this.outer ? this.unsetBeforeFrom(variable) : unknown);
    };
    const { bytes, work } = expandedLength(text, lengthOf, reading);
    this.spend(Math.max(bytes, work), name, bytes);
    this.spend(compared, name);
    return bytes;
  }

  /** The engine takes what is given for its own variables, although no line declares them there. */
  private unsetBeforeFrom(name: string): number {
    return setByEngine.test(name) ? Math.max(unknownValue, this.given(name) ?? 0) : 0;
  }

  private given(name: string): number | null {
    return Object.hasOwn(this.scene.buildArgs, name) ? bytesOf(this.scene.buildArgs[name]!) : null;
  }

  private spend(bytes: number, name = this.current.keyword.toUpperCase(), value = 0): void {
    if (value > mostExpandedValue) throw new TooLong({ kind: 'value', name, instruction: this.current });
    this.bytes += bytes;
    if (this.bytes > mostExpandedBuild) throw new TooLong({ kind: 'build', name, instruction: this.current });
  }
}
