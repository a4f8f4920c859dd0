import type { DefinedVertex } from '@cooperage/buildkit';
import { stepTitle } from '@cooperage/domain';

/** A vertex of another build, with the build's own in the place of its inputs as far as they are known. */
export interface OtherVertex {
  readonly name: string;
  readonly inputs: readonly (string | undefined)[];
}

/** Vertexes that have something in common. What is taken once stays taken, so the search for a free one goes on where it ended. */
class Bucket {
  private readonly members: DefinedVertex[] = [];
  private next = 0;

  add(vertex: DefinedVertex): void {
    this.members.push(vertex);
  }

  get first(): DefinedVertex {
    return this.members[0]!;
  }

  free(taken: ReadonlySet<string>): DefinedVertex | undefined {
    while (this.next < this.members.length && taken.has(this.members[this.next]!.digest)) this.next++;
    return this.members[this.next];
  }
}

/**
 * The steps of a build by what an equal one of another build has in common with them: the instruction, and inputs. A Dockerfile may
 * have ten thousand, and the engine may tell of as many of another build, so none of them is looked for among all.
 */
export class EqualSteps {
  private readonly buckets = new Map<string, Bucket>();

  constructor(steps: readonly DefinedVertex[]) {
    for (const step of steps) for (const key of keysOf(step)) this.bucket(key).add(step);
  }

  /**
   * An equal cache key has an equal instruction, upon inputs that are equal too. Words may differ all the same, as the name of a
   * stage that is copied from: then the inputs decide.
   * @param taken digests of those that another vertex stands for already: they are found again only by instruction
   */
  equalTo({ name, inputs }: OtherVertex, taken: ReadonlySet<string>): DefinedVertex | null {
    const size = inputs.length;
    const title = instruction(name);
    const places = inputs.flatMap((id, at) => (id === undefined ? [] : [[at, id] as const]));
    const keys = [
      ...(places.length === size ? [wholeKey(title, inputs as readonly string[])] : []),
      ...places.map(([at, id]) => placeKey(title, size, at, id)),
      titleKey(title, size),
    ];
    const alike = keys.flatMap((key) => this.buckets.get(key) ?? []);
    const [best] = alike;
    if (best) return best.free(taken) ?? best.first;
    for (const [at, id] of places) {
      const found = this.buckets.get(placeKey(keyword(name), size, at, id))?.free(taken);
      if (found) return found;
    }
    return null;
  }

  private bucket(key: string): Bucket {
    const bucket = this.buckets.get(key) ?? new Bucket();
    this.buckets.set(key, bucket);
    return bucket;
  }
}

function keysOf({ name, inputs }: DefinedVertex): string[] {
  if (name === null) return [];
  const [title, word, size] = [instruction(name), keyword(name), inputs.length];
  const upon = inputs.flatMap((id, at) => [placeKey(title, size, at, id), placeKey(word, size, at, id)]);
  return [titleKey(title, size), wholeKey(title, inputs), ...new Set(upon)];
}

const titleKey = (title: string, size: number) => JSON.stringify([title, size]);
const placeKey = (title: string, size: number, at: number, id: string) => JSON.stringify([title, size, at, id]);
const wholeKey = (title: string, inputs: readonly string[]) => JSON.stringify([title, inputs]);

/** Without stage and place; of an image, its content under whichever name, as a base or a named context. */
function instruction(name: string): string {
  const title = stepTitle(name);
  return /^(?:FROM|\[context [^\]]*\]) \S+@(sha256:[0-9a-f]{64})$/.exec(title)?.[1] ?? title;
}

/** `RUN`, `LINK COPY` */
function keyword(name: string): string {
  return /^(?:LINK )?\S*/.exec(stepTitle(name))![0];
}
