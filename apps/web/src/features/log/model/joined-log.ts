import type { LogLine } from '@cooperage/domain/predicates';
import type { LogDocument } from './log-document';
import type { LogLoader } from './log-loader';
import { isHeading, stepKey, stepOfKey } from './step-key';

/** The log of one attempt; its number is null for the attempt that is shown, the last one. */
export interface LogPart {
  readonly attempt: number | null;
  readonly log: LogDocument;
  readonly loader: LogLoader;
}

/** Segments of one log; the next log's come after them. */
const perPart = 1_000_000;

/** The logs of a build's attempts as one: steps are known by their keys, and each log stays as it is. */
export class JoinedLog {
  constructor(private readonly parts: readonly LogPart[]) {}

  /** Keys, attempt after attempt. */
  get steps(): readonly number[] {
    return this.parts.flatMap(({ attempt, log }) => log.steps.map((ordinal) => stepKey(attempt, ordinal)));
  }

  get lineCount(): number {
    return this.parts.reduce((sum, { log }) => sum + log.lineCount, 0);
  }

  count(key: number): number {
    return isHeading(key) ? 0 : (this.partOf(key)?.log.count(stepOfKey(key).ordinal) ?? 0);
  }

  line(key: number, index: number): LogLine | undefined {
    return this.partOf(key)?.log.line(stepOfKey(key).ordinal, index);
  }

  /** Segments of these lines that are not here, to be handed to `want` or `load`; `to` is exclusive. */
  missing(key: number, from: number, to: number): number[] {
    const part = this.partOf(key);
    const at = part ? this.parts.indexOf(part) * perPart : 0;
    return part?.log.missing(stepOfKey(key).ordinal, from, to).map((segment) => at + segment) ?? [];
  }

  /** Replaces what was wanted before. */
  want(segments: readonly number[]): void {
    for (const [at, { loader }] of this.parts.entries()) loader.want(segmentsOf(at, segments));
  }

  /** @throws {Error} when one cannot be had now */
  async load(segments: readonly number[]): Promise<void> {
    for (const [at, { loader }] of this.parts.entries()) await loader.load(segmentsOf(at, segments));
  }

  private partOf(key: number): LogPart | undefined {
    const { attempt } = stepOfKey(key);
    return this.parts.find((part) => part.attempt === attempt);
  }
}

function segmentsOf(part: number, segments: readonly number[]): number[] {
  return segments.filter((each) => Math.floor(each / perPart) === part).map((each) => each % perPart);
}
