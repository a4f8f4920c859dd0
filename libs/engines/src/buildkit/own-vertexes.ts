import { type DefinedVertex, digestWithoutCache, type StatusResponse } from '@cooperage/buildkit';
import { stepTitle } from '@cooperage/domain';
import { EqualSteps } from './equal-steps.js';

type Vertex = StatusResponse['vertexes'][number];
type Time = NonNullable<Vertex['started']>;

/**
 * What the engine itself does for a build, beside its graph. It tells only the build of it. A named context that is an image is in the
 * graph, and equal ones of several builds are one vertex (R22B-1).
 */
const bookkeeping =
  /^(?:\[internal\] |\[context [^\]]*\] load |importing |exporting |preparing |resolve |resolving |verifying |sending |generating )/i;

/** What a layer is told by. Anything else may hold the name that another build gave its base image. */
const ofLayer = /^(?:extracting )?sha256:[0-9a-f]{64}$/;

/**
 * Keeps of an engine's status what belongs to one build. BuildKit does equal steps of builds that run at the same time once, and
 * tells each of them of it in the words of the one that came first: an equal digest under its name, an equal cache key as a vertex of
 * its own. So vertexes are those of the build's own definition, named by it. Whatever nobody asked for is dropped.
 */
export class OwnVertexes {
  private readonly defined = new Map<string, DefinedVertex>();
  /** What the result is made from; null while that is not known. */
  private asked: readonly DefinedVertex[] | null = null;
  private steps = new EqualSteps([]);
  /** By the digest that the engine tells of: the build's own. */
  private readonly ids = new Map<string, string>();
  /** Of the build's own: those that are done by a vertex of another build. */
  private readonly standIns = new Set<string>();
  private readonly foreign = new Set<string>();
  private began: Time | null = null;

  /** Adds what a Dockerfile asks for. What several have in common is named by the first. */
  define(vertexes: readonly DefinedVertex[]): void {
    for (const vertex of vertexes) {
      if (this.defined.has(vertex.digest)) continue;
      this.defined.set(vertex.digest, vertex);
      this.ids.set(vertex.digest, vertex.digest).set(digestWithoutCache(vertex.digest), vertex.digest);
    }
  }

  /** Adds the last of them, which holds all that its result is made from. From now on whatever nobody asked for is dropped. */
  complete(vertexes: readonly DefinedVertex[]): void {
    this.define(vertexes);
    this.asked = vertexes.map(({ digest }) => this.defined.get(digest)!);
    this.steps = new EqualSteps(this.asked);
  }

  /** The build's own digest for one that the engine tells of. */
  idOf(digest: string): string {
    return this.ids.get(digest) ?? digest;
  }

  /** Whether it is a vertex of another build that stands for none of this one's. */
  isForeign(digest: string): boolean {
    return this.foreign.has(digest);
  }

  definition(id: string): DefinedVertex | undefined {
    return this.defined.get(id);
  }

  /** How many were defined. */
  get size(): number {
    return this.defined.size;
  }

  /** All that the result is made from, as far as that is known. */
  all(): readonly DefinedVertex[] {
    return this.asked ?? [];
  }

  of({ vertexes, statuses, logs, warnings }: StatusResponse): StatusResponse {
    return {
      vertexes: vertexes.flatMap((vertex) => this.vertex(vertex)),
      statuses: statuses.flatMap((status) => {
        const [own] = this.retold(status);
        return own && (!this.isStandIn(status.vertex) || ofLayer.test(status.ID)) ? [own] : [];
      }),
      logs: logs.flatMap((log) => this.retold(log)),
      // The frontend's own, of which it tells this build alone.
      warnings: warnings.flatMap((warning) => (this.foreign.has(warning.vertex) ? [] : [this.renamed(warning)])),
    };
  }

  private vertex(vertex: Vertex): Vertex[] {
    const id = this.ids.get(vertex.digest) ?? this.recognized(vertex);
    if (id === null) {
      this.foreign.add(vertex.digest);
      return [];
    }
    this.ids.set(vertex.digest, id);
    this.foreign.delete(vertex.digest);
    const own = this.defined.get(id);
    if (!own) {
      if (vertex.started && (!this.began || isBefore(vertex.started, this.began))) this.began = vertex.started;
      return [vertex];
    }
    // The engine takes it for cached, or for cancelled, since its work is done under another digest.
    if (this.standIns.has(id) && !this.isStandIn(vertex.digest)) return [];
    return [this.timed(named(vertex, own))];
  }

  private recognized(vertex: Vertex): string | null {
    if (!this.asked) return vertex.digest;
    const inputs = vertex.inputs.map((input) => this.ids.get(input));
    const id = this.steps.equalTo({ name: vertex.name, inputs }, this.standIns)?.digest ?? null;
    if (id !== null) this.standIns.add(id);
    return id ?? (vertex.inputs.length === 0 && bookkeeping.test(vertex.name) ? vertex.digest : null);
  }

  private isStandIn(digest: string): boolean {
    const id = this.idOf(digest);
    return this.standIns.has(id) && digest !== id && digest !== digestWithoutCache(id);
  }

  private retold<T extends { readonly vertex: string }>(part: T): T[] {
    return !this.asked || this.ids.has(part.vertex) ? [this.renamed(part)] : [];
  }

  private renamed<T extends { readonly vertex: string }>(part: T): T {
    return { ...part, vertex: this.idOf(part.vertex) };
  }

  /** What was done before the build began was there for it; what was under way is its own from then on. */
  private timed(vertex: Vertex): Vertex {
    const { began } = this;
    const { started, completed, error } = vertex;
    if (!began || !started || !isBefore(started, began)) return vertex;
    if (!completed || !isBefore(completed, began)) return { ...vertex, started: began };
    return { ...vertex, started: began, completed: began, cached: vertex.cached || error === '' };
  }
}

function named(vertex: Vertex, { digest, name, inputs, progressGroup }: DefinedVertex): Vertex {
  const group = progressGroup === null ? null : { id: progressGroup, name: '', weak: false };
  return { ...vertex, digest, name: name ?? stepTitle(vertex.name), inputs, progressGroup: group };
}

function isBefore(a: Time, b: Time): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanos < b.nanos);
}
