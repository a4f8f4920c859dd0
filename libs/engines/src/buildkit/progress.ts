import {
  announcedDigest,
  BuildGraph,
  type DefinedVertex,
  type SolveEvent,
  type SourceLines,
  type StatusResponse,
  type VertexState,
} from '@cooperage/buildkit';
import { BuildFailure, fewerSteps, mostSteps } from '@cooperage/domain';
import type { EngineEvent, StepState } from '../engine.js';
import { OwnVertexes } from './own-vertexes.js';
import { type OwnWork, ownWork } from './own-work.js';

export interface StepCounts {
  readonly run: number;
  readonly cached: number;
}

type ToSay = { readonly state: 'none' | 'told' } | { readonly state: 'untold'; readonly warning: EngineEvent };

/** Turns BuildKit's status into an engine's events. The only reader of BuildKit's names of vertexes and progress. */
export class ProgressReader {
  private readonly graph = new BuildGraph();
  private readonly own = new OwnVertexes();
  /** Vertexes that are of another target than the request's own. */
  private readonly targets = new Map<string, string>();
  /** Vertexes of which the engine said last that they are begun. One that fetches ends twice: when it is known, and when it is there. */
  private readonly open = new Set<string>();
  /** What becomes of submodules, which is said once. */
  private submodules: ToSay = { state: 'none' };
  private digest: string | undefined;

  read(message: StatusResponse): EngineEvent[] {
    const own = this.own.of(message);
    for (const { digest, started, completed } of own.vertexes)
      if (started && !completed) this.open.add(digest);
      else if (completed) this.open.delete(digest);
    const events = this.graph.apply(own).flatMap((event) => this.translate(event));
    if (this.submodules.state !== 'untold') return events;
    const { warning } = this.submodules;
    this.submodules = { state: 'told' };
    return [warning, ...events];
  }

  /**
   * Says what a Dockerfile asks for, before any of it starts; without a target it is the request's own, which comes last. What two
   * targets have in common, such as their base image, is done once, and is of the one that came first.
   * @throws {BuildFailure} `DockerfileInvalid` where all that was said together is more than a build may have
   */
  define(vertexes: readonly DefinedVertex[], target: string | null): void {
    this.own.define(vertexes);
    const concerned = vertexes.find(({ submodules }) => submodules !== 'none');
    if (concerned && this.submodules.state === 'none')
      this.submodules = { state: 'untold', warning: warningOfSubmodules(concerned) };
    const steps = this.own.size;
    if (steps > mostSteps)
      throw new BuildFailure(
        'DockerfileInvalid',
        `The build has ${steps} steps; at most ${mostSteps} are built. ${fewerSteps}`,
      );
    if (target === null) {
      this.own.complete(vertexes);
      return;
    }
    for (const { digest } of vertexes) if (!this.targets.has(digest)) this.targets.set(digest, target);
  }

  /**
   * Of a build that succeeded: ends the steps of whose end it was not told, or told that they were cancelled. Their results came from
   * another build's.
   */
  settle(): EngineEvent[] {
    const open = this.own.all().filter(({ digest }) => {
      const vertex = this.graph.vertex(digest);
      return !vertex?.completedAt || vertex.error !== null;
    });
    if (open.length === 0) return [];
    const last = Math.max(0, ...this.graph.all().map(({ completedAt }) => completedAt?.getTime() ?? 0));
    const at = { seconds: Math.floor(last / 1000), nanos: (last % 1000) * 1e6 };
    const vertexes = open.map(({ digest, name, inputs, progressGroup: group }) => ({
      ...{ digest, name: name ?? '', inputs, cached: true, started: at, completed: at, error: '' },
      progressGroup: group === null ? null : { id: group, name: '', weak: false },
    }));
    return this.graph
      .apply({ vertexes, statuses: [], logs: [], warnings: [] })
      .flatMap((event) => this.translate(event));
  }

  /** The step that this digest of the engine's stands for. */
  idOf(vertex: string): string {
    return this.own.idOf(vertex);
  }

  /** Whether it is a step of another build, and none of this one. */
  isForeign(vertex: string): boolean {
    return this.own.isForeign(vertex);
  }

  /** Where the Dockerfile asks for a step, where that is known. */
  linesOf(id: string): SourceLines | null {
    return this.own.definition(id)?.lines ?? null;
  }

  /** Null: of the request's own Dockerfile. */
  targetOf(id: string): string | null {
    return this.targets.get(id) ?? null;
  }

  /** The step with this id, as far as it is known. */
  step(id: string): StepState | undefined {
    const vertex = this.graph.vertex(id);
    return vertex && this.stepOf(vertex);
  }

  /** All of them, in the order of their announcement. */
  steps(): StepState[] {
    return this.graph.all().map((vertex) => this.stepOf(vertex));
  }

  /** What the engine does by itself for the build now. Null where only steps run, and where the engine has said nothing. */
  ownWork(): OwnWork | null {
    const isOpen = ({ digest }: VertexState) => this.open.has(digest);
    const work = ownWork(this.graph.all(), isOpen, stepOf);
    return work && { ...work, doing: work.doing && this.step(work.doing)?.name };
  }

  /** The error that the engine's push of the image ended with. */
  pushError(): string | undefined {
    return (
      this.graph.all().find((vertex) => vertex.error && vertex.name.startsWith('exporting to image'))?.error ??
      undefined
    );
  }

  /** How many instructions ran and how many were found in a cache; base images and bookkeeping do not count. */
  counts(): StepCounts {
    const cachedByInstruction = new Map<string, boolean>();
    for (const step of this.steps()) {
      if (step.internal || step.isBase || !step.completedAt) continue;
      const key = step.progressGroup ?? step.id;
      cachedByInstruction.set(key, step.cached && (cachedByInstruction.get(key) ?? true));
    }
    const all = [...cachedByInstruction.values()];
    const cached = all.filter(Boolean).length;
    return { run: all.length - cached, cached };
  }

  private translate(event: SolveEvent): EngineEvent[] {
    switch (event.type) {
      case 'vertex':
        return [{ type: 'step', step: this.stepOf(event.vertex) }];
      case 'log':
        return [{ type: 'log', stepId: event.vertex, stream: event.stream, data: event.data, at: event.at }];
      case 'warning':
        return [warningOf(event)];
      case 'progress': {
        const { vertex: stepId, id, name, current, total, done } = event;
        return [{ type: 'progress', stepId, id, name, current, total, done }, ...this.pushing(id)];
      }
    }
  }

  private stepOf(vertex: VertexState): StepState {
    const step = stepOf(vertex);
    const target = this.targetOf(vertex.digest);
    return target === null ? step : { ...step, target, name: prefixed(step.name, target) };
  }

  private pushing(progressId: string): EngineEvent[] {
    const digest = announcedDigest(progressId);
    if (!digest || this.digest) return [];
    this.digest = digest;
    return [{ type: 'pushing', digest }];
  }
}

/**
 * `[linux/amd64 builder 2/5] RUN make`: platform and stage are there only when there is a choice, and the number is padded
 * to the width of the last one, `[builder  2/12]`.
 */
const instruction = /^\[(?:([a-z0-9]+\/\S+) )?(?:(\S+) )? *\d+\/\d+\] (.*)$/s;

function stepOf(vertex: VertexState): StepState {
  const match = instruction.exec(vertex.name);
  return {
    id: vertex.digest,
    name: vertex.name,
    ordinal: vertex.ordinal,
    stage: match?.[2] ?? null,
    platform: match?.[1] ?? null,
    inputs: vertex.inputs,
    startedAt: vertex.startedAt,
    completedAt: vertex.completedAt,
    cached: vertex.cached,
    error: vertex.error,
    internal: match === null || isLink(match[3]),
    isBase: match?.[3]?.startsWith('FROM ') ?? false,
    progressGroup: vertex.progressGroup,
    ...fetchOf(vertex, match?.[3]),
  };
}

/** A vertex without inputs that fetches. An image that only files are taken from has no number; an ADD has one for each address. */
function fetchOf({ name, inputs }: VertexState, text = name): Pick<StepState, 'fetches'> {
  if (inputs.length > 0) return {};
  if (text.startsWith('ADD ')) return { fetches: 'address' };
  return text.startsWith('FROM ') || text.startsWith('[context ') ? { fetches: 'image' } : {};
}

/** As `docker buildx bake` writes it: `[base 1/2] RUN make`, `[base builder 1/2] RUN make`. */
function prefixed(name: string, target: string): string {
  return name.startsWith('[') ? `[${target} ${name.slice(1)}` : `[${target}] ${name}`;
}

/** Puts the layer of a `COPY --link` on what is below it. It is done anew for each base, and copies nothing. */
function isLink(text: string | undefined): boolean {
  return text?.startsWith('LINK ') ?? false;
}

/** Somebody who misses files has to know why, and somebody who has them on whom they depend. */
function warningOfSubmodules({ name, lines, submodules }: DefinedVertex): EngineEvent {
  const what =
    submodules === 'leftOut'
      ? 'Submodules of a git repository are not fetched. Add each of them by an ADD of its own.'
      : 'Submodules of a git repository are fetched, because this engine does not know how to leave them out. Another ' +
        'build with the same repository can take files away from them. BuildKit 0.26 or later leaves them out.';
  const message = `${what} (${name ?? 'ADD'})`;
  return {
    ...{ type: 'warning', rule: 'GitSubmodules', message, url: null },
    ...{ line: lines?.startLine ?? null, file: lines?.file ?? null },
  };
}

/** A lint message reads `RuleName: what is wrong (line 3)`. */
function warningOf(event: Extract<SolveEvent, { type: 'warning' }>): EngineEvent {
  const match = /^([A-Z][A-Za-z]+): ([\s\S]*?)(?: \(line \d+\))?$/.exec(event.message);
  return {
    type: 'warning',
    rule: match?.[1] ?? 'Dockerfile',
    message: match?.[2] ?? event.message,
    url: event.url,
    line: event.line,
    file: event.file,
  };
}
