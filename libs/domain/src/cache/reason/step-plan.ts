import { type Instruction, readInstructions } from '../../dockerfile/instructions.js';
import { bytesToText } from '../../dockerfile/lines.js';
import { shellWords } from '../../dockerfile/shell-words.js';
import { fullImageName } from './image-name.js';
import { type ImageConfig, StageScope } from './stage-scope.js';

/** What a step reads beside the state before it. */
export interface StepReads {
  /** Sources in the context, see `copySelection`; null where they depend on what nobody here knows: then it is all of it. */
  readonly files: readonly string[] | null;
  /** Indexes of stages whose end it starts from or copies from. */
  readonly stages: readonly number[];
  /** Contexts by name that it starts from or copies from, and which sources in them. */
  readonly named: readonly NamedRead[];
  /** An address, or an image that is no stage: its content is not in any record. */
  readonly foreign: boolean;
  /** A cache mount, a secret or an SSH agent: what it holds is in no key, see `stepMark`. */
  readonly unkeyed: boolean;
}

/** Sources in a named context; null where they depend on what nobody here knows: then it is all of it. */
export interface NamedRead {
  readonly name: string;
  readonly files: readonly string[] | null;
  /** The stage starts from it: the step is made upon it, and not from what it copies of it. */
  readonly isStart?: boolean;
}

/** One step as the Dockerfile asks for it. */
export interface PlannedStep {
  /** Name of the stage as the builder gives it to its steps; null where there is only one, whatever it is called. */
  readonly stage: string | null;
  readonly stageIndex: number;
  /** From 1 among the steps of its stage, as in the builder's `[stage 2/5]`. */
  readonly place: number;
  readonly keyword: 'from' | 'run' | 'copy' | 'add' | 'workdir';
  /** Of a `FROM`: the full name of its image. */
  readonly image: string | null;
  /** The instruction as written, white space folded, here-documents included. */
  readonly definition: string;
  readonly startLine: number;
  readonly endLine: number;
  /** Values of the variables that reach it. */
  readonly variables: ReadonlyMap<string, string>;
  /** Whatever else changes a RUN: `USER` and `SHELL`, as written. */
  readonly settings: ReadonlyMap<string, string>;
  readonly reads: StepReads;
}

const layered = new Set(['run', 'copy', 'add', 'workdir']);

/** Variables that all steps and stages of one Dockerfile may hold together; what comes behind is not planned. */
const maxHeldVariables = 250_000;
/** Characters of those variables, each counted for every step that it reaches: they are all read for its key. */
const maxHeldChars = 16 * 1024 * 1024;

/** A stage as others start from it or copy from it. */
export interface PlannedStage {
  /** Null where it has no name but its number. */
  readonly name: string | null;
  /** The one whose last step is its end: another where it has no step of its own. */
  readonly end: number;
  /** Context that it comes to, where there is no step between. */
  readonly startsFrom: string | null;
  readonly config: ImageConfig;
}

export interface DockerfilePlan {
  readonly steps: readonly PlannedStep[];
  readonly stages: readonly PlannedStage[];
}

/**
 * The steps of a Dockerfile, each with everything that decides whether an earlier result may stand for it, in the order
 * of the file. A file that is made to take all memory is planned in part. Base images are steps too; other stages, named contexts and `scratch` are not: so the builder counts.
 * @param contexts what the image that is a context tells, by the name of the context; null where it is none or nobody knows
 */
export function planDockerfile(
  dockerfile: string,
  buildArgs: Readonly<Record<string, string>>,
  contexts: ReadonlyMap<string, ImageConfig | null> = new Map(),
): DockerfilePlan {
  const instructions = readInstructions(Buffer.from(dockerfile));
  const stageCount = instructions.filter(({ keyword }) => keyword === 'from').length;
  const planner = new Planner(buildArgs, stageCount, contexts);
  for (const instruction of instructions) planner.take(instruction);
  return planner;
}

/** The stage that a name or a number means; without one, the last. */
export function stageAt({ stages }: DockerfilePlan, name: string | null): PlannedStage | undefined {
  const index = name === null ? stages.length - 1 : indexOfStage(stages, name);
  return index === null ? undefined : stages[index];
}

/** By name or by number. */
function indexOfStage(stages: readonly Pick<PlannedStage, 'name'>[], name: string): number | null {
  const byName = stages.findLastIndex((stage) => stage.name === name.toLowerCase());
  if (byName >= 0) return byName;
  const number = /^\d+$/.test(name) ? Number(name) : -1;
  return number >= 0 && number < stages.length ? number : null;
}

interface Stage {
  readonly name: string | null;
  readonly scope: StageScope;
  end: number;
  /** Context that it starts from, while it has no step that does. */
  startsFrom: string | null;
  readonly config: ImageConfig;
}

class Planner implements DockerfilePlan {
  readonly steps: PlannedStep[] = [];
  readonly stages: Stage[] = [];
  private readonly outer: StageScope;
  private count = 0;
  private held = 0;
  private heldChars = 0;

  constructor(
    buildArgs: Readonly<Record<string, string>>,
    private readonly stageCount: number,
    private readonly contexts: ReadonlyMap<string, ImageConfig | null>,
  ) {
    this.outer = StageScope.outermost(buildArgs);
  }

  take(instruction: Instruction): void {
    if (this.held > maxHeldVariables || this.heldChars > maxHeldChars) return;
    const { keyword } = instruction;
    const scope = this.stages.at(-1)?.scope ?? this.outer;
    if (keyword === 'from') this.from(instruction);
    else if (layered.has(keyword))
      this.step(
        instruction,
        readsOf(instruction, scope, (name, sources) => this.place(name, sources)),
      );
    // Triggers belong to images that are built upon this one.
    else if (!/^onbuild\s/i.test(instruction.text)) scope.declare(keyword, bytesToText(instruction.args));
  }

  private from(instruction: Instruction): void {
    const [image = '', as, name] = bytesToText(instruction.args).split(/\s+/);
    const expanded = this.outer.expand(image) ?? image;
    const base = this.stageOf(expanded);
    const context = base === null ? this.contextOf(expanded) : null;
    const scope =
      base === null
        ? this.outer.stage(context === null ? null : this.contexts.get(context))
        : this.stages[base]!.scope.child(this.outer);
    this.held += scope.size;
    this.stages.push({
      ...{ name: as?.toLowerCase() === 'as' ? (name?.toLowerCase() ?? null) : null, scope, config: scope.config },
      end: base === null ? this.stages.length : this.stages[base]!.end,
      startsFrom: base === null ? context : this.stages[base]!.startsFrom,
    });
    this.count = 0;
    this.starts = base;
    const isImage = base === null && context === null && expanded !== 'scratch';
    if (isImage) this.step(instruction, nothing, fullImageName(expanded));
  }

  /** The stage that the current one starts from; its first step reads the end of it. */
  private starts: number | null = null;

  private step(instruction: Instruction, reads: StepReads, image: string | null = null): void {
    const { keyword, startLine, endLine } = instruction;
    const index = this.stages.length - 1;
    const current = this.stages[index];
    // BuildKit refuses a step before the first FROM.
    if (!current) return;
    const stages = this.starts === null ? reads.stages : [this.stages[this.starts]!.end, ...reads.stages];
    this.starts = null;
    current.end = index;
    const { startsFrom } = current;
    current.startsFrom = null;
    const named =
      startsFrom === null ? reads.named : [{ name: startsFrom, files: ['.'], isStart: true }, ...reads.named];
    const isRun = keyword === 'run';
    const variables: ReadonlyMap<string, string> =
      keyword === 'from' ? new Map() : current.scope.reaching(isRun ? null : instruction.text);
    this.held += variables.size;
    for (const [name, value] of variables) this.heldChars += name.length + value.length;
    this.steps.push({
      stage: this.stageCount > 1 ? (current.name ?? `stage-${index}`) : null,
      ...{ stageIndex: index, place: ++this.count, keyword: keyword as PlannedStep['keyword'], image },
      ...{ definition: definitionOf(instruction), startLine, endLine },
      variables,
      settings: isRun ? new Map(current.scope.settings) : new Map(),
      reads: { ...reads, stages, named },
    });
  }

  /** What `--from` names. */
  private place(name: string, sources: NamedRead['files']): StepReads {
    const stage = this.stageOf(name);
    const context = stage === null ? this.contextOf(name) : this.stages[stage]!.startsFrom;
    return {
      files: [],
      stages: stage === null ? [] : [this.stages[stage]!.end],
      named: context === null ? [] : [{ name: context, files: sources }],
      foreign: stage === null && context === null,
      unkeyed: false,
    };
  }

  private contextOf(name: string): string | null {
    const short = name.replace(/:latest$/, '');
    return this.contexts.has(short) ? short : null;
  }

  /** Only stages that stand before. */
  private stageOf(name: string): number | null {
    return indexOfStage(this.stages, name);
  }
}

function definitionOf({ text, documents }: Instruction): string {
  const folded = bytesToText(text).replace(/\s+/g, ' ');
  return documents === '' ? folded : `${folded}\n${bytesToText(documents)}`;
}

type PlaceOf = (name: string, sources: NamedRead['files']) => StepReads;

const nothing: StepReads = { files: [], stages: [], named: [], foreign: false, unkeyed: false };
const unkeyedMounts = ['cache', 'secret', 'ssh'];

function readsOf(instruction: Instruction, scope: StageScope, placeOf: PlaceOf): StepReads {
  if (instruction.keyword === 'run') return readsOfRun(instruction, scope, placeOf);
  return instruction.keyword === 'workdir' ? nothing : readsOfCopy(instruction, scope, placeOf);
}

function readsOfCopy({ flags, args }: Instruction, scope: StageScope, placeOf: PlaceOf): StepReads {
  const sources = pathsOf(bytesToText(args)).slice(0, -1);
  const here = sources.filter((source) => !/^(?:https?:|git@|ssh:|git:)/.test(source) && !source.startsWith('<<'));
  const expanded = here.map((source) => scope.expand(source));
  const files = expanded.every((source) => source !== null) ? (expanded as string[]) : null;
  const from = flagValue(flags, 'from');
  if (from !== undefined) return placeOf(scope.expand(from) ?? from, files);
  return { ...nothing, files, foreign: sources.some((source) => /^(?:https?:|git@|ssh:|git:)/.test(source)) };
}

function readsOfRun({ flags }: Instruction, scope: StageScope, placeOf: PlaceOf): StepReads {
  const mounts = flags.filter((flag) => flag.startsWith('--mount=')).map((flag) => mountOf(flag, scope));
  const read = mounts.filter(({ type, from }) => type === 'bind' || from !== undefined);
  const places = read.flatMap(({ from, source }) => (from === undefined ? [] : [placeOf(from, [source ?? '.'])]));
  return {
    files: read.filter(({ from }) => from === undefined).map(({ source }) => source ?? '.'),
    stages: places.flatMap(({ stages }) => stages),
    named: places.flatMap(({ named }) => named),
    foreign: places.some(({ foreign }) => foreign),
    unkeyed: mounts.some(({ type }) => unkeyedMounts.includes(type)),
  };
}

/** `--mount=type=bind,source=a,target=b`: without a type it is a bind mount. */
function mountOf(flag: string, scope: StageScope): { type: string; from?: string; source?: string } {
  const pairs = flag.slice('--mount='.length).split(',');
  const values = new Map(pairs.map((pair) => [pair.split('=', 1)[0]!, pair.slice(pair.indexOf('=') + 1)]));
  const expanded = (name: string) => {
    const value = values.get(name);
    return value === undefined ? undefined : (scope.expand(value) ?? value);
  };
  const source = expanded('source') ?? expanded('src');
  const from = expanded('from');
  return { type: values.get('type') ?? 'bind', ...(from && { from }), ...(source && { source }) };
}

function flagValue(flags: readonly string[], name: string): string | undefined {
  return flags.find((flag) => flag.startsWith(`--${name}=`))?.slice(name.length + 3);
}

/** Words of a COPY, in its plain or its JSON form. */
function pathsOf(args: string): string[] {
  if (args.startsWith('[')) {
    try {
      const list: unknown = JSON.parse(args);
      if (Array.isArray(list)) return list.map(String);
    } catch {
      // Not JSON: BuildKit reads it as words then.
    }
  }
  return shellWords(args, false) ?? args.split(/\s+/);
}
