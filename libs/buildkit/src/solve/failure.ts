import { RpcError } from '../wire/errors.js';

/** Lines of a file, from 1. */
export interface SourceLines {
  readonly file: string;
  readonly startLine: number;
  readonly endLine: number;
}

/**
 * A Solve that the engine ended with an error, with what the typed details of that error say: BuildKit knows the lines
 * of the Dockerfile, the vertex, and the exit code; none of it is read from the message.
 */
export class SolveFailure extends Error {
  override readonly name = 'SolveFailure';
  /** gRPC code, see `rpcCode`. */
  readonly code: number;
  readonly lines: SourceLines | null;
  /** Digest of the vertex that failed. */
  readonly vertex: string | null;
  /** Exit code of the process of a RUN. */
  readonly exitCode: number | null;
  /** The Dockerfile frontend itself refused, before any step. */
  readonly inFrontend: boolean;

  constructor(error: RpcError) {
    super(error.message, { cause: error });
    this.code = error.code;
    const detail = (type: string) => error.details.find((entry) => entry.type === type)?.value;
    this.lines = sourceLines(detail('errdefs.Source+json'));
    this.vertex = stringIn(detail('errdefs.Vertex+json'), 'digest');
    this.exitCode = numberIn(detail('gatewayapi.ExitMessage+json'), 'Code');
    this.inFrontend = detail('errdefs.Frontend+json') !== undefined;
  }
}

function sourceLines(source: unknown): SourceLines | null {
  const file = stringIn(field(source, 'info'), 'filename');
  const ranges = field(source, 'ranges');
  const list: unknown[] = Array.isArray(ranges) ? ranges : [];
  const lines = list.flatMap((range) => {
    const start = numberIn(field(range, 'start'), 'line');
    return start === null ? [] : [start, numberIn(field(range, 'end'), 'line') ?? start];
  });
  if (file === null || lines.length === 0) return null;
  return { file, startLine: Math.min(...lines), endLine: Math.max(...lines) };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function stringIn(value: unknown, name: string): string | null {
  const found = field(value, name);
  return typeof found === 'string' ? found : null;
}

function numberIn(value: unknown, name: string): number | null {
  const found = field(value, name);
  return typeof found === 'number' ? found : null;
}
