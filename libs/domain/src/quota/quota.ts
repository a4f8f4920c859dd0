/** What an organization may use, each with what it is counted in. The operator sets them; see `quotaDefaults`. */
export const quotaKinds = {
  projects: { unit: 'projects', label: 'Projects' },
  concurrentBuilds: { unit: 'builds', label: 'Concurrent builds' },
  queuedBuilds: { unit: 'builds', label: 'Waiting builds' },
  buildMinutes: { unit: 'minutes', label: 'Build minutes of this month' },
  imageBytes: { unit: 'bytes', label: 'Images' },
  cacheBytes: { unit: 'bytes', label: 'Caches' },
  logBytes: { unit: 'bytes', label: 'Logs and records' },
  deliveryBytes: { unit: 'bytes', label: 'Deliveries' },
} as const;
export type QuotaKind = keyof typeof quotaKinds;
export const quotaNames = Object.keys(quotaKinds) as readonly QuotaKind[];

/** The most that one build may ask for. */
export interface BuildCeilings {
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  readonly pids: number | null;
  readonly diskBytes: number | null;
}

/** Null: nobody has said. */
export type QuotaLimits = Readonly<Record<QuotaKind, number | null>>;
export interface QuotaSettings extends QuotaLimits, BuildCeilings {
  /** Part of the slots beside other organizations. */
  readonly weight: number | null;
  /** The longest that one build may take: it holds a slot that others wait for. */
  readonly timeoutMs: number | null;
}

/**
 * Where an operator has said nothing. No limit for the others; a build has what its machine has, but never all processes and
 * all of the disk, which the machine's other work needs as well.
 */
export const quotaDefaults: QuotaSettings = {
  ...{ weight: 100, concurrentBuilds: null, queuedBuilds: 500, buildMinutes: null, cpus: null, memoryBytes: null },
  ...{ pids: 4_096, diskBytes: 34_359_738_368, timeoutMs: 7_200_000, projects: 500 },
  ...{ imageBytes: null, cacheBytes: null, logBytes: null, deliveryBytes: null },
};

/** What holds for an organization: its own values before those of the installation. */
export function effectiveQuota(own: Partial<QuotaSettings>, installation: Partial<QuotaSettings>): QuotaSettings {
  const names = Object.keys(quotaDefaults) as (keyof QuotaSettings)[];
  return Object.fromEntries(
    names.map((name) => [name, own[name] ?? installation[name] ?? quotaDefaults[name]]),
  ) as unknown as QuotaSettings;
}

/** Part of a limit from which on a person is warned. */
export const warnedShare = 0.8;

export type QuotaState = 'unlimited' | 'ok' | 'near' | 'reached';

export function quotaState(used: number, limit: number | null): QuotaState {
  return limit === null ? 'unlimited' : limitState(used, limit);
}

/** As `quotaState`, where there is always a limit. */
export function limitState(used: number, limit: number): Exclude<QuotaState, 'unlimited'> {
  if (used >= limit) return 'reached';
  return used >= limit * warnedShare ? 'near' : 'ok';
}

/** One sentence for a person at the limit: what is used up, by how much, and who can change it. */
export function quotaSentence(kind: QuotaKind, used: number, limit: number): string {
  const { unit, label } = quotaKinds[kind];
  return `The organization's quota is used up: ${label.toLowerCase()}, ${amount(used, unit)} of ${amount(limit, unit)}. The usage page shows it; an administrator of the installation can raise it.`;
}

function amount(value: number, unit: (typeof quotaKinds)[QuotaKind]['unit']): string {
  if (unit !== 'bytes') return `${Math.floor(value)}${unit === 'minutes' ? ' min' : ''}`;
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(names.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  return `${(value / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${names[power]}`;
}

export interface TimeLimit {
  readonly timeoutMs: number;
  /** What was asked for where that is more. */
  readonly askedTimeoutMs?: number;
}

/** The limits of a build that begins now: what its project asks for, and no more than `mostMs`. */
export function withinTimeCeiling<L extends TimeLimit>(limits: L, mostMs: number | null): L {
  const { askedTimeoutMs: before, ...rest } = limits;
  const asked = before ?? limits.timeoutMs;
  const isMore = mostMs !== null && asked > mostMs;
  return { ...rest, timeoutMs: isMore ? mostMs : asked, ...(isMore && { askedTimeoutMs: asked }) } as L;
}

/** What was asked for and not given, for a person. */
export function timeNotes({ timeoutMs, askedTimeoutMs }: TimeLimit): readonly string[] {
  if (askedTimeoutMs === undefined) return [];
  return [`It asked for ${minutes(askedTimeoutMs)} and may take ${minutes(timeoutMs)}, the most of its organization.`];
}

function minutes(ms: number): string {
  return `${Number((ms / 60_000).toFixed(1))} minutes`;
}

export interface MachineSize {
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Builds that it runs at once. */
  readonly slots: number;
}

export interface GrantedResources {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly pids: number;
  readonly diskBytes: number;
  /** What was asked for and not given, for a person. */
  readonly notes: readonly string[];
}

/**
 * What a build really gets. Who asks for nothing gets all processors of the machine but never its whole memory: three quarters
 * of it, shared by its slots, and as many processes and as much of the disk as the ceilings allow. Nobody gets more than the ceilings, which may have become lower since the project was saved.
 */
export function grantResources(asked: BuildCeilings, ceilings: BuildCeilings, machine: MachineSize): GrantedResources {
  const usualMemory = Math.floor((machine.memoryBytes * 0.75) / Math.max(1, machine.slots));
  const most = {
    cpus: Math.min(ceilings.cpus ?? Number.POSITIVE_INFINITY, machine.cpus),
    memoryBytes: Math.min(ceilings.memoryBytes ?? Number.POSITIVE_INFINITY, Math.floor(machine.memoryBytes * 0.9)),
  };
  const cpus = Math.min(asked.cpus ?? machine.cpus, most.cpus);
  const memoryBytes = Math.min(asked.memoryBytes ?? usualMemory, most.memoryBytes);
  const pids = Math.min(asked.pids ?? Number.POSITIVE_INFINITY, ceilings.pids ?? quotaDefaults.pids!);
  const diskBytes = Math.min(
    asked.diskBytes ?? Number.POSITIVE_INFINITY,
    ceilings.diskBytes ?? quotaDefaults.diskBytes!,
  );
  const notes = [
    ...(asked.cpus !== null && asked.cpus > cpus ? [`It asked for ${asked.cpus} processors and got ${cpus}.`] : []),
    ...(asked.memoryBytes !== null && asked.memoryBytes > memoryBytes
      ? [`It asked for ${amount(asked.memoryBytes, 'bytes')} of memory and got ${amount(memoryBytes, 'bytes')}.`]
      : []),
    ...(asked.pids !== null && asked.pids > pids ? [`It asked for ${asked.pids} processes and got ${pids}.`] : []),
    ...(asked.diskBytes !== null && asked.diskBytes > diskBytes
      ? [`It asked for ${amount(asked.diskBytes, 'bytes')} of the disk and got ${amount(diskBytes, 'bytes')}.`]
      : []),
  ];
  return { cpus, memoryBytes, pids, diskBytes, notes };
}
