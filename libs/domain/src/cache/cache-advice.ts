import type { CacheBackend } from './cache-backend.js';
import type { CacheMode, ExportMode, ModeNumbers } from './export-mode.js';

/** What would earn more by a project's own numbers. Times are milliseconds of one build. */
export type CacheAdvice =
  /** Let the mode be chosen by the numbers: this is the one that is worth most, or nothing, where the present one costs more than it brings. */
  | { readonly kind: 'mode'; readonly setting: 'automatic'; readonly mode: ExportMode; readonly moreMs: number }
  | { readonly kind: 'backend'; readonly backend: CacheBackend; readonly moreMs: number };

/** Means of one build, as far as they are known. */
export interface BackendWorth {
  readonly backend: CacheBackend;
  readonly builds: number;
  readonly savedMs: number | null;
  readonly importMs: number | null;
  /** Of builds that left something, of which there were so many. */
  readonly exportMs: number | null;
  readonly exports: number;
}

export interface CacheChoices {
  readonly setting: CacheMode;
  readonly backend: CacheBackend;
  readonly modes: readonly ModeNumbers[];
  readonly backends: readonly BackendWorth[];
}

/** So many builds of what there is, and of what would be better: fewer say nothing. */
const [enoughOfPresent, enoughOfMode, enoughOfBackend] = [10, 3, 10];
/** A difference below this, or below a tenth, is chance. */
const smallestMs = 1_000;

/** Nothing where the numbers are too few, or where what is set is as good as anything. */
export function cacheAdvice(choices: CacheChoices): CacheAdvice[] {
  return [modeAdvice(choices), backendAdvice(choices)].filter((each) => each !== null);
}

function modeAdvice({ setting, backend, modes }: CacheChoices): CacheAdvice | null {
  const present = modes.find(({ mode }) => mode === setting);
  // Modes are for caches in the registry; who leaves the choice to us has it already.
  if (backend !== 'registry' || !present || present.builds < enoughOfPresent || present.netMs === null) return null;
  const { netMs } = present;
  const known = modes.filter((each) => each.builds >= enoughOfMode && each.netMs !== null && each.mode !== setting);
  // To leave nothing costs nothing, and what it brings is known only where it was tried.
  const nothing = { mode: 'none' as const, netMs: 0 };
  const others = known.some(({ mode }) => mode === 'none') || setting === 'none' ? known : [...known, nothing];
  const best = others.toSorted((a, b) => b.netMs! - a.netMs!)[0];
  if (!best || !isMore(best.netMs!, netMs)) return null;
  return { kind: 'mode', setting: 'automatic', mode: best.mode, moreMs: best.netMs! - netMs };
}

function backendAdvice({ backend, backends }: CacheChoices): CacheAdvice | null {
  const worths = backends
    .filter(({ builds, savedMs }) => builds >= enoughOfBackend && savedMs !== null)
    .map((each) => ({ backend: each.backend, netMs: worthOf(each) }));
  const present = worths.find((each) => each.backend === backend);
  const best = worths.toSorted((a, b) => b.netMs - a.netMs)[0];
  if (!present || !best || best === present || !isMore(best.netMs, present.netMs)) return null;
  return { kind: 'backend', backend: best.backend, moreMs: best.netMs - present.netMs };
}

/** What one build saved less what it paid: an export is paid by the builds that had something to leave. */
function worthOf({ savedMs, importMs, exportMs, exports, builds }: BackendWorth): number {
  return (savedMs ?? 0) - (importMs ?? 0) - ((exportMs ?? 0) * exports) / builds;
}

function isMore(better: number, present: number): boolean {
  return better - present > Math.max(smallestMs, Math.abs(present) / 10);
}
