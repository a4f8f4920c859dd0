/** `[build 2/5] ` before the name of a step. */
const place = /^\[(?:[^\]]* )?(\d+)\/\d+\]\s+/;

/** What a step does, without the `[stage 2/5]` that the builder puts before it. */
export function stepTitle(name: string): string {
  return name.replace(place, '') || name;
}

/** Where a step stands in its stage, from 1; 0 where its name does not say. */
export function stepPlace(name: string): number {
  return Number(place.exec(name)?.[1] ?? 0);
}

/** Whether a step stands for a base image: it is looked up, never run. */
export function isBaseStep(name: string): boolean {
  return /^FROM\s/i.test(stepTitle(name));
}
