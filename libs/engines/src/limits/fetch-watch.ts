import { BuildFailure } from '@cooperage/domain';
import type { EngineEvent, StepState } from '../engine.js';

const gibibyte = 2 ** 30;
/** The largest images that people build from have a third of it. */
const usualBytes = 32 * gibibyte;
/** Each is one connection, of which the engine's filter bounds the bytes. */
const usualAddresses = 64;

/**
 * Ends a build whose images are larger together than what one may fetch, as soon as the engine says how large they are, and
 * one that fetches from too many addresses: of ADD the engine does not say how much has come. Layers that the engine has already
 * are not fetched and do not count.
 */
export class FetchWatch {
  private readonly stopping = new AbortController();
  private readonly images = new Set<string>();
  private readonly addresses = new Set<string>();
  private readonly layers = new Map<string, number>();
  /** Of all layers. Not summed at each event: an image may have tens of thousands of layers. */
  private bytes = 0;

  constructor(
    private readonly mostBytes: number = usualBytes,
    private readonly mostAddresses: number = usualAddresses,
  ) {}

  /** Aborts with a `BuildFailure`, `FetchLimit`. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  note(event: EngineEvent): void {
    if (event.type === 'step') this.noteFetch(event.step);
    // A layer has its digest as the name of its progress; what is unpacked or bookkeeping has others.
    if (event.type !== 'progress' || !this.images.has(event.stepId) || !event.id.startsWith('sha256:')) return;
    const known = this.layers.get(event.id) ?? 0;
    const bytes = Math.max(known, event.total ?? 0, event.current);
    this.layers.set(event.id, bytes);
    this.bytes += bytes - known;
    if (this.bytes > this.mostBytes) this.stopping.abort(tooMuch(this.mostBytes));
  }

  private noteFetch({ id, fetches }: StepState): void {
    if (fetches === 'image') this.images.add(id);
    if (fetches === 'address') this.addresses.add(id);
    if (this.addresses.size > this.mostAddresses) this.stopping.abort(tooMany(this.mostAddresses));
  }
}

function tooMany(mostAddresses: number): BuildFailure {
  return new BuildFailure(
    'FetchLimit',
    `The build fetches by ADD from more than ${mostAddresses} addresses, which one build may. Fetch the others in a RUN step.`,
  );
}

function tooMuch(mostBytes: number): BuildFailure {
  const most = `${Number((mostBytes / gibibyte).toPrecision(3))} GiB`;
  return new BuildFailure(
    'FetchLimit',
    `The images that the build takes from are larger together than ${most}, which one build may fetch.`,
  );
}
