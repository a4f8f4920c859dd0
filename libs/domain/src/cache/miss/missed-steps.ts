import type { MissCause } from './miss-cause.js';

/** One cause for which a step ran, with how often it was so. */
export interface CountedCause {
  readonly cause: MissCause;
  readonly builds: number;
  /** What it names, the most frequent first: files, variables, images or instructions. */
  readonly named: readonly { readonly name: string; readonly builds: number }[];
}

/** A step that runs again and again, over the builds of some time. */
export interface MissedStep {
  readonly stepKey: string;
  readonly dockerfilePath: string;
  readonly stage: string | null;
  readonly definition: string;
  /** Where it stands in the newest build in which it ran. */
  readonly startLine: number;
  /** Builds that came to it, and those of them in which it ran. */
  readonly builds: number;
  readonly ran: number;
  /** What it took in all of them together. */
  readonly ms: number;
  /** What those steps took that ran because it did. */
  readonly alongMs: number;
  readonly along: readonly { readonly definition: string; readonly builds: number; readonly ms: number }[];
  /** The most frequent first. */
  readonly causes: readonly CountedCause[];
  /** The newest build in which it ran. */
  readonly newest: number;
}

/** What a person can do that it runs less often. */
export type MissAdvice =
  /** It copies more than the steps behind it need: they would be found if the rest came after them. */
  | { readonly kind: 'copy_later'; readonly path: string | null; readonly before: string }
  /** It takes along a file that changes often. */
  | { readonly kind: 'ignore_file'; readonly path: string }
  /** The variable reaches it, and the step does not say its name. */
  | { readonly kind: 'argument_later'; readonly name: string }
  | { readonly kind: 'argument_used'; readonly name: string }
  | { readonly kind: 'pin_image'; readonly image: string | null }
  | { readonly kind: 'pin_source' }
  | { readonly kind: 'earlier_step'; readonly definition: string }
  /** Results are deleted before they are used again. */
  | { readonly kind: 'raise_budget' }
  /** Another builder had the result, and nothing brought it here. */
  | { readonly kind: 'export' };

/** A cause is worth an advice where it made the step run this often, and in this part of all its runs. */
const [enoughBuilds, enoughShare] = [3, 1 / 3];

/** By the cause that is most frequent among those that can be mended; null where none is. */
export function missAdvice(step: MissedStep): MissAdvice | null {
  for (const counted of step.causes) {
    if (counted.builds < enoughBuilds || counted.builds < step.ran * enoughShare) continue;
    const advice = adviceFor(step, counted);
    if (advice) return advice;
  }
  return null;
}

/** The step that costs most of those that run in most builds for a reason of their own; null where there is none. */
export function mainCulprit(steps: readonly MissedStep[]): Pick<MissedStep, 'definition' | 'ran' | 'builds'> | null {
  const found = steps.find(
    ({ ran, builds, causes }) =>
      ran >= enoughBuilds && ran * 2 >= builds && !unhelpful.has(causes[0]?.cause ?? 'first'),
  );
  return found ? { definition: found.definition, ran: found.ran, builds: found.builds } : null;
}

/** They tell of another step, or of nobody's doing. */
const unhelpful: ReadonlySet<MissCause> = new Set(['earlier_step', 'target', 'first', 'not_asked', 'unknown']);

function adviceFor(step: MissedStep, { cause, named }: CountedCause): MissAdvice | null {
  const first = named[0]?.name ?? null;
  switch (cause) {
    case 'files':
      return filesAdvice(step, first);
    case 'variable':
      return first === null
        ? null
        : { kind: isNamed(first, step.definition) ? 'argument_used' : 'argument_later', name: first };
    case 'base':
      return { kind: 'pin_image', image: first };
    case 'earlier_step':
      return first === null ? null : { kind: 'earlier_step', definition: first };
    case 'foreign':
      return { kind: 'pin_source' };
    case 'evicted':
      return { kind: 'raise_budget' };
    case 'not_exported':
    case 'emptied':
    case 'other_worker':
      return { kind: 'export' };
    default:
      return null;
  }
}

/** A step that copies what it names one by one depends on just that: there is nothing to mend. */
function filesAdvice({ definition, along }: MissedStep, path: string | null): MissAdvice | null {
  if (!isBroadCopy(definition)) return null;
  const costly = along.find(({ definition: text }) => /^run\b/i.test(text));
  if (costly) return { kind: 'copy_later', path, before: costly.definition };
  return path === null ? null : { kind: 'ignore_file', path };
}

/** `COPY . .`, and other copies of a whole folder of the context. */
function isBroadCopy(definition: string): boolean {
  const words = definition.split(/\s+/);
  const keyword = words[0]?.toLowerCase();
  if (keyword !== 'copy' && keyword !== 'add') return false;
  const sources = words.slice(1, -1).filter((word) => !word.startsWith('--'));
  return sources.some((source) => /^(?:\.|\.\/|\/|\*|\.\/\*|[\w.-]+\/)$/.test(source.replace(/^["[]+|[",\]]+$/g, '')));
}

function isNamed(variable: string, definition: string): boolean {
  const escaped = variable.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`\\$\\{?${escaped}\\b`).test(definition);
}
