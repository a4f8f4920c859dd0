import { BuildFailure } from '@cooperage/domain';
import type { EngineEvent } from '../engine.js';

const gibibyte = 2 ** 30;
/** The largest images that people build from have a third of it. */
const usualBytes = 32 * gibibyte;

/**
 * Ends a build whose base images are larger together than what one may fetch, as soon as the engine says how large they are.
 * Layers that the engine has already are not fetched and do not count.
 */
export class FetchWatch {
  private readonly stopping = new AbortController();
  private readonly bases = new Set<string>();
  private readonly layers = new Map<string, number>();

  constructor(private readonly mostBytes: number = usualBytes) {}

  /** Aborts with a `BuildFailure`, `FetchLimit`. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  note(event: EngineEvent): void {
    if (event.type === 'step' && event.step.isBase) this.bases.add(event.step.id);
    // A layer has its digest as the name of its progress; what is unpacked or bookkeeping has others.
    if (event.type !== 'progress' || !this.bases.has(event.stepId) || !event.id.startsWith('sha256:')) return;
    const known = this.layers.get(event.id) ?? 0;
    this.layers.set(event.id, Math.max(known, event.total ?? 0, event.current));
    const bytes = [...this.layers.values()].reduce((sum, each) => sum + each, 0);
    if (bytes > this.mostBytes) this.stopping.abort(tooMuch(this.mostBytes));
  }
}

function tooMuch(mostBytes: number): BuildFailure {
  const most = `${Number((mostBytes / gibibyte).toPrecision(3))} GiB`;
  return new BuildFailure(
    'FetchLimit',
    `The base images of the build are larger than ${most}, which one build may fetch.`,
  );
}
