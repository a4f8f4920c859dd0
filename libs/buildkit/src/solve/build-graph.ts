import type { StatusResponse, Vertex, VertexStatus, VertexWarning } from '../proto/messages.js';
import { toDate } from '../proto/time.js';

/** A node of the build graph, as far as it is known. */
export interface VertexState {
  readonly digest: string;
  readonly name: string;
  /** Order of announcement, from 1. It never changes. */
  readonly ordinal: number;
  readonly inputs: readonly string[];
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly cached: boolean;
  readonly error: string | null;
  readonly progressGroup: string | null;
}

export type SolveEvent =
  | { readonly type: 'vertex'; readonly vertex: VertexState }
  | {
      readonly type: 'log';
      readonly vertex: string;
      readonly stream: 1 | 2;
      readonly data: Uint8Array;
      readonly at: Date;
    }
  | {
      readonly type: 'progress';
      readonly vertex: string;
      readonly id: string;
      readonly name: string;
      readonly current: number;
      readonly total: number | null;
      readonly done: boolean;
    }
  | {
      readonly type: 'warning';
      readonly vertex: string;
      readonly message: string;
      readonly detail: string | null;
      readonly url: string | null;
      readonly file: string | null;
      readonly line: number | null;
    };

/**
 * Merges the status stream. The engine repeats a vertex with growing fields, starts and completes some of them twice,
 * and may complete one before it says that it started: start is the earliest, completion and error are the last said,
 * and cached stays (a step restored from a cache is reported again while its layers are fetched).
 */
export class BuildGraph {
  private readonly vertexes = new Map<string, VertexState>();

  /** Events of one message, in the order in which they make sense: vertexes, progress, logs, warnings. */
  apply(message: StatusResponse): SolveEvent[] {
    return [
      ...message.vertexes.flatMap((vertex) => this.merge(vertex)),
      ...message.statuses.map(progressOf),
      ...message.logs.map((log): SolveEvent => {
        const at = toDate(log.timestamp) ?? new Date();
        return { type: 'log', vertex: log.vertex, stream: log.stream === 2 ? 2 : 1, data: log.msg, at };
      }),
      ...message.warnings.map(warningOf),
    ];
  }

  vertex(digest: string): VertexState | undefined {
    return this.vertexes.get(digest);
  }

  all(): readonly VertexState[] {
    return [...this.vertexes.values()];
  }

  private merge(vertex: Vertex): SolveEvent[] {
    const before = this.vertexes.get(vertex.digest);
    const completed = toDate(vertex.completed);
    const after: VertexState = {
      digest: vertex.digest,
      name: vertex.name || before?.name || '',
      ordinal: before?.ordinal ?? this.vertexes.size + 1,
      inputs: vertex.inputs.length > 0 ? vertex.inputs : (before?.inputs ?? []),
      startedAt: earlier(before?.startedAt ?? null, toDate(vertex.started)),
      completedAt: completed ?? before?.completedAt ?? null,
      cached: vertex.cached || (before?.cached ?? false),
      error: completed || vertex.error ? vertex.error || null : (before?.error ?? null),
      progressGroup: vertex.progressGroup?.id ?? before?.progressGroup ?? null,
    };
    if (before && isSame(before, after)) return [];
    this.vertexes.set(vertex.digest, after);
    return [{ type: 'vertex', vertex: after }];
  }
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return b < a ? b : a;
}

function isSame(a: VertexState, b: VertexState): boolean {
  return (
    a.startedAt?.getTime() === b.startedAt?.getTime() &&
    a.completedAt?.getTime() === b.completedAt?.getTime() &&
    a.cached === b.cached &&
    a.error === b.error &&
    a.name === b.name &&
    a.progressGroup === b.progressGroup &&
    a.inputs.length === b.inputs.length
  );
}

function progressOf(status: VertexStatus): SolveEvent {
  const { vertex, ID: id, name, current, total } = status;
  return {
    type: 'progress',
    vertex,
    id,
    name,
    current,
    total: total > 0 ? total : null,
    done: status.completed !== null,
  };
}

function warningOf(warning: VertexWarning): SolveEvent {
  const detail = warning.detail.map((part) => Buffer.from(part).toString()).join('\n');
  return {
    type: 'warning',
    vertex: warning.vertex,
    message: Buffer.from(warning.short).toString(),
    detail: detail || null,
    url: warning.url || null,
    file: warning.info?.filename || null,
    line: warning.ranges[0]?.start?.line || null,
  };
}
