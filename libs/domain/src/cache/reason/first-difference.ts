import { changedFiles } from './file-changes.js';
import type { RunReason } from './run-reason.js';
import type { KeyedStep } from './step-keys.js';

/** Of a step and its like in another build, in the order in which the builder would have come upon them. */
export function firstDifference(step: KeyedStep, before: KeyedStep): RunReason {
  return (
    movedBase(step, before) ??
    ranBefore(step) ??
    ranInTarget(step) ??
    changedTarget(step, before) ??
    missingBefore(step, before) ??
    changedSetting(step, before) ??
    changedVariable(step, before) ??
    filesOfBoth(step, before) ??
    withoutDifference(step, before)
  );
}

function withoutDifference({ plan, neverFound, takes }: KeyedStep, before: KeyedStep): RunReason {
  if ([...takes.values(), ...before.takes.values()].some(({ end }) => end?.key == null))
    return { kind: 'unknown', why: 'of_target' };
  if (neverFound) return { kind: 'unknown', why: 'upon_folder' };
  return plan.reads.foreign ? { kind: 'foreign' } : { kind: 'unknown', why: 'not_matched' };
}

function movedBase(step: KeyedStep, before: KeyedStep): RunReason | null {
  for (const [index, { base, plan }] of step.parents.entries()) {
    const then = before.parents[index];
    // A target of which nothing is recorded is no parent, so what stands at one place may be two different images.
    if (!then || then.plan.image !== plan.image) continue;
    if (base && then.base && base !== then.base)
      return { kind: 'base', image: plan.image ?? '', before: then.base, after: base };
  }
  for (const [name, after] of step.images) {
    const then = before.images.get(name);
    if (after && then && after !== then) return { kind: 'base', image: name, before: then, after };
  }
  return null;
}

function ranBefore(step: KeyedStep): RunReason | null {
  const ran = step.parents.find(({ plan, outcome }) => plan.keyword !== 'from' && outcome?.cached === false);
  if (!ran?.outcome) return null;
  const { ordinal, target = null } = ran.outcome;
  const isOwn = target === step.target;
  return { kind: 'earlier_step', ordinal, definition: ran.plan.definition, ...(!isOwn && { target }) };
}

/** Then nothing of its own need differ, and what does may not be why. */
function ranInTarget({ targetRan }: KeyedStep): RunReason | null {
  return targetRan ? { kind: 'unknown', why: 'of_target' } : null;
}

/** None of its steps ran, but it comes to something else than it did, or something else stood in its place. */
function changedTarget(step: KeyedStep, before: KeyedStep): RunReason | null {
  for (const [name, { target, end }] of step.takes) {
    const then = before.takes.get(name);
    if (!then || (end?.key && then.end?.key && end.key !== then.end.key)) return { kind: 'target', target };
  }
  return null;
}

/** An instruction before this one is gone, or the last one of a stage that it reads, and with it what this one was made from. */
function missingBefore(step: KeyedStep, before: KeyedStep): RunReason | null {
  for (const [index, then] of before.parents.entries()) {
    if (then.target !== before.target) continue;
    const gone = goneSince(then, step.parents[index]);
    if (gone !== null) return { kind: 'instruction', before: gone, after: null };
  }
  return null;
}

/** Where a line stands twice in a row, one of the two may be gone: then what is before them tells. */
function goneSince(then: KeyedStep | undefined, now: KeyedStep | undefined): string | null {
  if (!then || then.plan.keyword === 'from') return null;
  if (then.plan.definition !== now?.plan.definition) return then.plan.definition;
  return then.key === now.key ? null : goneSince(then.parents[0], now.parents[0]);
}

function changedSetting(step: KeyedStep, before: KeyedStep): RunReason | null {
  const change = firstChange(before.plan.settings, step.plan.settings);
  const text = (name: string, value: string | null) => value && `${name} ${value}`;
  return (
    change && {
      kind: 'instruction',
      before: text(change.name, change.before),
      after: text(change.name, change.after),
    }
  );
}

function changedVariable(step: KeyedStep, before: KeyedStep): RunReason | null {
  const change = firstChange(before.plan.variables, step.plan.variables);
  return change && { kind: 'variable', ...change };
}

function firstChange(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  const name = [...new Set([...before.keys(), ...after.keys()])].find((each) => before.get(each) !== after.get(each));
  return name === undefined ? null : { name, before: before.get(name) ?? null, after: after.get(name) ?? null };
}

function filesOfBoth(step: KeyedStep, before: KeyedStep): RunReason | null {
  if (step.files === null || before.files === null) return { kind: 'unknown', why: 'no_manifest' };
  const changes = changedFiles(before.files, step.files);
  return changes && { kind: 'files', ...changes };
}
