import { createHash } from 'node:crypto';
import type { Instruction } from '@cooperage/domain';
import type { CheckedDockerfile } from '../dockerfile/policy.js';
import type { EngineEvent, StepState } from '../engine.js';
import { shownLine } from './canonical-dockerfile.js';
import { instructionAt, type Stage, stagesOf } from './stages.js';
import type { FetchedImage } from './stored-image.js';

/** What a line of buildah's output says. */
export interface Reading {
  readonly events: readonly EngineEvent[];
  /** A step has begun to speak, through these pipes. */
  readonly pipes?: string;
}

interface Step {
  state: StepState;
  readonly stage: number;
  readonly lines: { readonly startLine: number; readonly endLine: number } | null;
  /** Of a base, the name behind FROM. */
  readonly base: string | null;
}

const stepLine = /^(?:\[(\d+)\/\d+\] )?STEP (\d+)\/(\d+): (.*)$/s;

/**
 * Turns the lines of `buildah build` into an engine's events. The only reader of buildah's output. What steps print never
 * comes this way (`runtimeScript`), so no step can pretend to be another.
 */
export class ProgressReader {
  private readonly steps: Step[] = [];
  private readonly stages: readonly Stage[];
  private images: readonly FetchedImage[] = [];
  /** Id of an image, as far as buildah prints it, to the step that made it. */
  private readonly makers = new Map<string, string>();
  /** Steps under way. One that takes files from a stage which is not built yet waits for it below that stage's steps. */
  private readonly open: Step[] = [];

  constructor(
    dockerfile: Pick<CheckedDockerfile, 'instructions'>,
    private readonly mark: string,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.stages = stagesOf(dockerfile.instructions);
  }

  /** Images that FROM names by their ids: they are shown by their names. */
  startFrom(images: readonly FetchedImage[]): void {
    this.images = images;
  }

  read(line: string): Reading {
    if (line.startsWith(`${this.mark} `)) return { events: [], pipes: line.slice(this.mark.length + 1) };
    const step = stepLine.exec(line);
    if (step) return { events: this.begin(Number(step[1] ?? 1), step) };
    if (line.startsWith('--> Using cache ')) this.change({ cached: true });
    else if (/^--> [0-9a-f]{11}$/.test(line)) return { events: this.made(line.slice('--> '.length)) };
    else if (/^(?:\[\d+\/\d+\] )?COMMIT /.test(line)) return { events: this.end() };
    return { events: [] };
  }

  /** The step under way, if any, has ended: well, or with this error. */
  end(error: string | null = null): EngineEvent[] {
    this.change({ completedAt: this.now(), error });
    const step = this.open.pop()?.state;
    return step ? [{ type: 'step', step }] : [];
  }

  /** The step under way. */
  get running(): (Pick<Step, 'lines' | 'base'> & { readonly state: StepState }) | null {
    return this.open.at(-1) ?? null;
  }

  /** How many instructions ran and how many were found in a cache; base images and bookkeeping do not count. */
  counts(): { readonly run: number; readonly cached: number } {
    const counted = this.steps.filter(({ state }) => !state.internal && !state.isBase);
    const cached = counted.filter(({ state }) => state.cached).length;
    return { run: counted.length - cached, cached };
  }

  lines(): Map<string, { readonly startLine: number; readonly endLine: number }> {
    return new Map(this.steps.flatMap(({ state, lines }) => (lines ? [[state.id, lines]] : [])));
  }

  /** Whether it came to this instruction. */
  saw({ startLine }: Instruction): boolean {
    return this.steps.some(({ lines }) => lines?.startLine === startLine);
  }

  private begin(stage: number, [, , number, total, printed]: RegExpExecArray): EngineEvent[] {
    const at = Number(number);
    const instruction = instructionAt(this.stages, stage, at);
    const name = this.stages.length > 1 ? (this.stages[stage - 1]?.name ?? `stage-${stage - 1}`) : null;
    const base = this.images.find((each) => each.isBase && each.instruction === instruction);
    const text = shownLine(printed!, instruction, base?.name);
    const from = at === 1 ? (/^FROM\s+(\S+)/i.exec(text)?.[1] ?? null) : null;
    const state: StepState = {
      // A step is known by its place and its text: the same in each build of the same Dockerfile.
      id: `sha256:${createHash('sha256').update(`${stage}/${at} ${text}`).digest('hex')}`,
      name: `[${name === null ? '' : `${name} `}${at}/${this.stages[stage - 1]?.steps.length ?? total}] ${text}`,
      ordinal: this.steps.length + 1,
      stage: name,
      platform: null,
      inputs: this.inputs(stage, from, text),
      startedAt: this.now(),
      completedAt: null,
      cached: false,
      error: null,
      internal: instruction === null,
      ...(from !== null && { isBase: true }),
      progressGroup: null,
    };
    const step: Step = { state, stage, lines: instruction && linesOf(instruction), base: base?.name ?? null };
    const ended = this.open.at(-1)?.stage === stage ? this.end() : [];
    this.steps.push(step);
    this.open.push(step);
    return [...ended, { type: 'step', step: state }];
  }

  /** The step before, the one that made the image behind FROM, and the stage that files are taken from. */
  private inputs(stage: number, from: string | null, text: string): string[] {
    const before = from === null ? this.steps.findLast((step) => step.stage === stage)?.state.id : undefined;
    const source = /^COPY\b.*?--from=(\S+)/i.exec(text)?.[1]?.toLowerCase();
    const index = this.stages.findIndex((each, at) => source !== undefined && (each.name ?? String(at)) === source);
    const copied = index < 0 ? undefined : this.steps.findLast((step) => step.stage === index + 1)?.state.id;
    const maker = from === null ? undefined : this.makers.get(from.slice(0, 11));
    return [before, copied, maker].filter((id) => id !== undefined);
  }

  /** The image is there: the step that made it is done. After the last one buildah says it behind COMMIT. */
  private made(image: string): EngineEvent[] {
    const maker = this.open.at(-1) ?? this.steps.at(-1);
    if (maker) this.makers.set(image, maker.state.id);
    return this.end();
  }

  private change(change: Partial<StepState>): void {
    const step = this.open.at(-1);
    if (step) step.state = { ...step.state, ...change };
  }
}

function linesOf({ startLine, endLine }: { startLine: number; endLine: number }) {
  return { startLine, endLine };
}
