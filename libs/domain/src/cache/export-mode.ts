/** What a build leaves of its cache: the steps of all stages, those of the image alone, or nothing. */
export const exportModes = ['max', 'min', 'none'] as const;
export type ExportMode = (typeof exportModes)[number];

export function isExportMode(value: unknown): value is ExportMode {
  return exportModes.some((mode) => mode === value);
}

/** What a project may ask for; `automatic` goes by what the modes cost and saved. */
export const cacheModes = ['automatic', ...exportModes] as const;
export type CacheMode = (typeof cacheModes)[number];

/** Why a mode was taken. */
export const modeReasons = ['set', 'few_builds', 'explores', 'better', 'keeps'] as const;
export type ModeReason = (typeof modeReasons)[number];

/** What the cache cost and saved in one build that has succeeded; milliseconds and bytes. */
export interface ModeSample {
  readonly mode: ExportMode;
  readonly explored: boolean;
  /** Of the default branch. */
  readonly isMain: boolean;
  readonly savedMs: number;
  readonly importMs: number;
  readonly exportMs: number;
  /** Null where it is not known. */
  readonly exportBytes: number | null;
}

/** Means over the builds of one mode. */
export interface ModeNumbers {
  readonly mode: ExportMode;
  readonly builds: number;
  /** What the next build saved, less what it took to look. Null where no build came after one of this mode. */
  readonly gainMs: number | null;
  readonly costMs: number;
  readonly bytes: number | null;
  /** Gain less cost. */
  readonly netMs: number | null;
}

/** The same with what stands behind it. */
export interface ModeView extends ModeNumbers {
  /** Of the default branch alone, and of all other branches. */
  readonly main: ModePart;
  readonly others: ModePart;
  /** What was left over in the older half of the builds and in the newer one; null where either has too few of them. */
  readonly trend: { readonly before: number; readonly now: number } | null;
}

export type ModePart = Pick<ModeNumbers, 'builds' | 'netMs'>;

export interface ModeChoice {
  readonly mode: ExportMode;
  readonly why: ModeReason;
}

/** So many builds are looked at. */
export const modeWindow = 60;
const enoughBuilds = 10;
const enoughOfMode = 3;
/** Of so many builds the first few try another mode: what it leaves is seen by the builds after it. */
const [turn, stretch] = [30, 3];
/** A difference below this, or below a tenth, is chance, and a cost below it is not worth a trial. */
const smallestMs = 1_000;

/**
 * What each mode cost and saved. A build pays for what it leaves, and the next one has the gain of it.
 * @param samples the newest first
 */
export function modeNumbers(samples: readonly ModeSample[]): ModeNumbers[] {
  return exportModes.map((mode) => {
    const own = samples.filter((sample) => sample.mode === mode);
    const after = samples.filter((_, at) => samples[at + 1]?.mode === mode);
    const gainMs = mean(after.map(({ savedMs, importMs }) => savedMs - importMs));
    const costMs = mean(own.map(({ exportMs }) => exportMs)) ?? 0;
    const bytes = mean(own.flatMap(({ exportBytes }) => exportBytes ?? []));
    return { mode, builds: own.length, gainMs, costMs, bytes, netMs: gainMs === null ? null : gainMs - costMs };
  });
}

/** @param all samples, the newest first; one whose mode is none, which a builder may have written down, is left out */
export function modeViews(all: readonly ModeSample[]): ModeView[] {
  const samples = all.filter(({ mode }) => isExportMode(mode));
  const half = Math.ceil(samples.length / 2);
  const [newer, older] = [modeNumbers(samples.slice(0, half)), modeNumbers(samples.slice(half))];
  const main = modeNumbers(samples.filter(({ isMain }) => isMain));
  const others = modeNumbers(samples.filter(({ isMain }) => !isMain));
  return modeNumbers(samples).map((numbers, at) => ({
    ...numbers,
    ...{ main: partOf(main[at]!), others: partOf(others[at]!), trend: trendOf(older[at]!, newer[at]!) },
  }));
}

function partOf({ builds, netMs }: ModeNumbers): ModePart {
  return { builds, netMs };
}

function trendOf(older: ModeNumbers, newer: ModeNumbers): ModeView['trend'] {
  if (Math.min(older.builds, newer.builds) < enoughOfMode || older.netMs === null || newer.netMs === null) return null;
  return { before: older.netMs, now: newer.netMs };
}

/**
 * The mode of a build of a project that leaves the choice to us: the one that is worth most, with some patience for the
 * present one, since the numbers of builds differ for many reasons.
 * @param all samples of the builds before, the newest first; left out as in `modeViews`
 * @param number of the build: now and then, and always at the same numbers, another mode is tried
 */
export function chooseMode(all: readonly ModeSample[], number: number): ModeChoice {
  const samples = all.filter(({ mode }) => isExportMode(mode));
  if (samples.length < enoughBuilds) return { mode: 'max', why: 'few_builds' };
  const numbers = modeNumbers(samples);
  const current = samples.find(({ explored }) => !explored)?.mode ?? 'max';
  const present = numbers.find(({ mode }) => mode === current)!;
  if (number % turn < stretch && (current === 'none' || present.costMs >= smallestMs)) {
    const others = numbers.filter(({ mode }) => mode !== current);
    const least = others.reduce((a, b) => (b.builds < a.builds ? b : a));
    return { mode: least.mode, why: 'explores' };
  }
  const best = numbers
    .filter(({ builds, netMs }) => builds >= enoughOfMode && netMs !== null)
    .reduce<ModeNumbers | null>((a, b) => (a === null || b.netMs! > a.netMs! ? b : a), null);
  const known = present.netMs ?? 0;
  const patience = Math.max(smallestMs, Math.abs(known) / 10);
  if (best && best.mode !== current && best.netMs! - known > patience) return { mode: best.mode, why: 'better' };
  return { mode: current, why: 'keeps' };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
