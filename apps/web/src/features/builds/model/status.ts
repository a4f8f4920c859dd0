import type { Attempt } from '@cooperage/contracts';
import type { BuildStatus } from '@cooperage/domain/predicates';

export type StatusTone = 'wait' | 'run' | 'good' | 'bad' | 'still';
export type StatusShape = 'ring' | 'part' | 'tick' | 'cross' | 'dash' | 'clock';

export interface StatusLook {
  readonly word: string;
  readonly tone: StatusTone;
  readonly shape: StatusShape;
  /** The shape as one character, for the title of the tab. */
  readonly sign: string;
}

/** A status is a word, a shape and a colour, never a colour alone. */
export const statusLooks: Readonly<Record<BuildStatus, StatusLook>> = {
  awaiting_approval: { word: 'Waits for approval', tone: 'wait', shape: 'ring', sign: '○' },
  queued: { word: 'Queued', tone: 'wait', shape: 'ring', sign: '○' },
  running: { word: 'Running', tone: 'run', shape: 'part', sign: '◔' },
  canceling: { word: 'Stopping', tone: 'wait', shape: 'part', sign: '◔' },
  succeeded: { word: 'Succeeded', tone: 'good', shape: 'tick', sign: '✓' },
  failed: { word: 'Failed', tone: 'bad', shape: 'cross', sign: '✕' },
  canceled: { word: 'Canceled', tone: 'still', shape: 'dash', sign: '–' },
  timed_out: { word: 'Timed out', tone: 'bad', shape: 'clock', sign: '◷' },
};

export const blameWords = { user: 'yours', platform: 'the platform', external: 'outside' } as const;

export const attemptStateWords: Readonly<Record<Attempt['state'], string>> = {
  dispatched: 'assigned',
  claimed: 'running',
  built: 'built',
  failed: 'failed',
  lost: 'lost',
  canceled: 'canceled',
  timed_out: 'timed out',
};

export const triggerWords = { push: 'push', retry: 'retry', manual: 'by hand', replay: 'replayed delivery' } as const;

/** Picture of the tab: the status; while it runs the mark, whose two hoops close phase by phase. */
export function buildMark({ status, phase }: { status: BuildStatus; phase: string | null }): string {
  return status === 'running' && phase !== null ? `/marks/running-${phase}.svg` : `/marks/${status}.svg`;
}

/** Title of the tab: `✕ api #128 RUN npm ci`. */
export function buildTitle(build: {
  status: BuildStatus;
  projectSlug: string;
  number: number;
  phase: string | null;
  commitSubject: string;
  failure: { place: { step?: string } | null } | null;
}): string {
  const head = `${statusLooks[build.status].sign} ${build.projectSlug} #${build.number}`;
  const tail = build.status === 'running' ? build.phase : (build.failure?.place?.step ?? build.commitSubject);
  return tail ? `${head} ${tail}` : head;
}
