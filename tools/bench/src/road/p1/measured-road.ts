import type { Pair } from '../../measure/ratio.js';
import type { OurRoad } from './our-road.js';
import type { RawScript } from './raw-script.js';
import type { CaseResult } from './road-case.js';
import type { Span } from './spans.js';

/** Runs both sides and keeps what is known beside the two numbers of a pair. */
export class MeasuredRoad {
  private readonly spans: (readonly Span[])[] = [];
  private readonly untilExported: number[] = [];

  async script(script: RawScript): Promise<number> {
    const { ms, digest } = await script.run();
    await script.verify(digest);
    return ms;
  }

  async ours(road: OurRoad, commit: string): Promise<number> {
    const started = performance.now();
    const run = await road.run(commit);
    await road.settled(run.buildId);
    this.untilExported.push(performance.now() - started);
    this.spans.push(run.spans);
    await road.verify(run.digest);
    return run.ms;
  }

  /** Forgets the runs that only warmed up. */
  reset(): void {
    this.spans.length = 0;
    this.untilExported.length = 0;
  }

  result(id: string, pairs: readonly Pair[]): CaseResult {
    const withExport = pairs.map(({ theirs }, at) => ({ theirs, ours: this.untilExported[at]! }));
    return { id, pairs, withExport, spans: this.spans };
  }
}
