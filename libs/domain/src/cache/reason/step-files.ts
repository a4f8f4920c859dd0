import type { Sliced } from '../../share/in-turns.js';
import { entriesOf, type ManifestEntry, namedEntries } from './context-manifest.js';
import { copySelection } from './copy-pattern.js';
import { MatchRoom, MatchTooCostly } from './match-room.js';
import type { PlannedPart } from './planned-parts.js';
import type { PlannedStep } from './step-plan.js';

/**
 * Bounds the work of one question over all builds that it asks: entries of a context, times the steps that read it, and what
 * the sources of those steps take beyond that.
 */
export interface LookBudget {
  looksLeft: number;
}

/** About half a second of work. */
export function lookBudget(): LookBudget {
  return { looksLeft: 500_000 };
}

/** Comparisons of a pattern with a character that one look pays for. */
const comparisonsInLook = 64;
/** Characters of a path that one look pays for. */
const charsInLook = 64;
/** Entries that are matched before others may have their turn. */
const entriesInSlice = 256;

type Entries = readonly ManifestEntry[];

/** What the steps of one Dockerfile take of its context. */
export class PartFiles {
  private own: Entries | null = null;

  private constructor(
    /** Null where it was not recorded or is too large. */
    private readonly context: Entries | null,
    private readonly named: NonNullable<PlannedPart['facts']['namedContexts']>,
    private readonly budget: LookBudget,
  ) {}

  /** Takes from the budget what the steps will look at; without the context where that is more than is left. */
  static within(budget: LookBudget, { facts, plan }: PlannedPart): PartFiles {
    const readers = plan.steps.reduce(
      (sum, { reads }) => sum + (reads.files?.length === 0 ? 0 : 1) + reads.named.length,
      0,
    );
    const looks = facts.context === null || readers === 0 ? 0 : readers * looksOf(facts.context);
    const isAffordable = looks <= budget.looksLeft;
    if (isAffordable) budget.looksLeft -= looks;
    return new PartFiles(isAffordable ? facts.context : null, facts.namedContexts ?? new Map(), budget);
  }

  /** Null where the context is not known, or the sources of the step are more work than is left. */
  *of({ reads }: PlannedStep): Sliced<Entries | null> {
    const folders = reads.named.filter(({ name }) => this.named.get(name)?.kind === 'folder');
    if (reads.files?.length === 0 && folders.length === 0) return [];
    const { context } = this;
    if (context === null) return null;
    const files = reads.files?.length === 0 ? [] : yield* this.selected(this.ownOf(context), reads.files);
    if (files === null) return null;
    const taken = [files];
    for (const { name, files: sources } of folders) {
      const others = yield* this.selected(entriesOf(context, name), sources);
      if (others === null) return null;
      taken.push(namedEntries(name, others));
    }
    return taken.flat();
  }

  /** The context without the named folders. Most builds have none, and their context may be large. */
  private ownOf(context: Entries): Entries {
    this.own ??= this.named.size === 0 ? context : entriesOf(context, null);
    return this.own;
  }

  private *selected(entries: Entries, sources: readonly string[] | null): Sliced<Entries | null> {
    if (sources === null) return entries;
    const paid = (looksOf(entries) + 1) * comparisonsInLook;
    const room = new MatchRoom(paid + this.budget.looksLeft * comparisonsInLook);
    try {
      const isTaken = copySelection(sources, room);
      const taken: ManifestEntry[] = [];
      for (const [at, entry] of entries.entries()) {
        if (at % entriesInSlice === entriesInSlice - 1) yield;
        if (isTaken(entry)) taken.push(entry);
      }
      return taken;
    } catch (error) {
      if (!(error instanceof MatchTooCostly)) throw error;
      return null;
    } finally {
      const looksLeft = Math.ceil(room.comparisonsLeft / comparisonsInLook);
      this.budget.looksLeft = Math.min(this.budget.looksLeft, looksLeft);
    }
  }
}

const looks = new WeakMap<Entries, number>();

/** For one step that reads it. A context that many builds had is counted once. */
function looksOf(context: Entries): number {
  const known = looks.get(context);
  if (known !== undefined) return known;
  const counted = context.reduce((sum, { path }) => sum + 1 + Math.floor(path.length / charsInLook), 0);
  looks.set(context, counted);
  return counted;
}
