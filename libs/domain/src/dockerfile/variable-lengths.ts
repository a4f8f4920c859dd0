import { bytesOf } from './expanded-length.js';

/** What a base image, and the engine itself, are taken to add to each step: variables, folder and user. */
const imageBytes = 4096;
/** What one variable takes beside its name and its value. */
const entryBytes = 16;

/** What each step has beside its variables. */
export type StepSetting = 'SHELL' | 'USER' | 'WORKDIR';

/** No name of a variable. */
const nameOf = (setting: StepSetting) => `\0${setting}`;

/** What is known of all variables of one Dockerfile together, in bytes. */
export class KnownLengths {
  /** The longest value that each name has anywhere. */
  readonly values = new Map<string, number>();
  /** The longest value under a name that only shows when its variables are put in place. */
  unnamed = 0;
  /** The most that one step has. */
  stepBytes = imageBytes;
  /** That a step would have of all of them together. */
  allBytes = imageBytes;
  /** Of all names. */
  nameBytes = 0;
  private unnamedBytes = 0;

  note(name: string | null, bytes: number): void {
    if (name === null) {
      this.noteUnnamed(bytes, bytes + entryBytes);
      return;
    }
    const before = this.values.get(name);
    // Twice, see `StageLengths`.
    this.allBytes += 2 * (before === undefined ? bytesOf(name) + bytes + entryBytes : Math.max(0, bytes - before));
    if (before === undefined) this.nameBytes += bytesOf(name);
    this.values.set(name, Math.max(before ?? 0, bytes));
  }

  /** What is taken over from another Dockerfile whose result this one starts from. */
  add(other: KnownLengths): void {
    for (const [name, bytes] of other.values) this.note(name, bytes);
    this.noteUnnamed(other.unnamed, other.unnamedBytes);
    this.stepBytes = Math.max(this.stepBytes, other.stepBytes);
  }

  private noteUnnamed(longest: number, bytes: number): void {
    this.unnamed = Math.max(this.unnamed, longest);
    this.unnamedBytes += bytes;
    this.allBytes += bytes;
  }
}

/** Lengths of the variables that are in force at one place of a stage, in bytes. */
export class StageLengths {
  private readonly values = new Map<string, number>();
  private readonly args = new Set<string>();
  /** Of the variables that are set here. Each argument counts twice: the history of the image has them again. */
  private variableBytes = 0;
  private unnamed = 0;

  private constructor(
    private readonly all: KnownLengths,
    /** Of variables of other stages, or of other Dockerfiles, that may be in force. */
    private readonly outside: KnownLengths,
    private readonly startBytes: number,
  ) {}

  /** @param outside what the image may have of */
  static ofImage(all: KnownLengths, outside: KnownLengths): StageLengths {
    return new StageLengths(all, outside, outside.stepBytes);
  }

  /** Of a stage that starts from the end of this one: what was set and declared there stays. */
  child(): StageLengths {
    const child = new StageLengths(this.all, this.outside, this.startBytes);
    for (const [name, bytes] of this.values) child.values.set(name, bytes);
    for (const name of this.args) child.args.add(name);
    child.variableBytes = this.variableBytes;
    child.unnamed = this.unnamed;
    return child;
  }

  /** That a step has beside its own text. */
  get stepBytes(): number {
    // What is set here may be among what the stage started with.
    return Math.min(this.startBytes + this.variableBytes, this.all.allBytes);
  }

  /** That a stage takes which starts from this one. */
  get copiedBytes(): number {
    return this.variableBytes;
  }

  /** Variables that are set here. */
  get size(): number {
    return this.values.size;
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** Of all names that may be in force. */
  get nameBytes(): number {
    return this.all.nameBytes;
  }

  /** @param unknown of a variable that nobody here sets */
  lengthOf(name: string, unknown: number): number {
    const own = this.values.get(name) ?? Math.max(unknown, this.outside.values.get(name) ?? 0);
    return Math.max(own, this.unnamed, this.outside.unnamed);
  }

  /** @param name null where it only shows when its variables are put in place */
  set(name: string | null, bytes: number): void {
    this.all.note(name, bytes);
    if (name === null) {
      this.unnamed = Math.max(this.unnamed, bytes);
      this.variableBytes += bytes + entryBytes;
    } else this.change(name, () => this.values.set(name, bytes));
    this.all.stepBytes = Math.max(this.all.stepBytes, this.stepBytes);
  }

  /** @param bytes null for an argument without a value */
  declare(name: string, bytes: number | null): void {
    // Its name is in the history all the same.
    if (!this.all.values.has(name)) this.all.note(name, 0);
    this.change(name, () => this.args.add(name));
    if (bytes !== null) this.set(name, Math.max(this.values.get(name) ?? 0, bytes));
  }

  setting(name: StepSetting): number {
    return this.values.get(nameOf(name)) ?? this.outside.values.get(nameOf(name)) ?? 0;
  }

  put(name: StepSetting, bytes: number): void {
    this.set(nameOf(name), bytes);
  }

  private change(name: string, make: () => void): void {
    const before = this.entryBytesOf(name);
    make();
    this.variableBytes += this.entryBytesOf(name) - before;
  }

  private entryBytesOf(name: string): number {
    const times = (this.values.has(name) ? 1 : 0) + (this.args.has(name) ? 1 : 0);
    return times * (bytesOf(name) + (this.values.get(name) ?? 0) + entryBytes);
  }
}
