import type { QueueView, WorkerView } from '@cooperage/contracts';
import { engineFloor } from '@cooperage/domain';

type Diagnosis = NonNullable<QueueView['diagnosis']>;

export interface QueueFacts {
  readonly workers: readonly Pick<WorkerView, 'role' | 'state' | 'note' | 'slots'>[];
  readonly waiting: number;
  /** Of those that wait: pauses after a fault. */
  readonly paused: number;
  /** Of those that wait: code of strangers, without a worker that may build it. */
  readonly strange: number;
  /** Of those that wait: held back by a limit of their organization. */
  readonly limited: number;
  /** Slots that are held by anybody. */
  readonly held: number;
  /** How long the oldest has waited, in milliseconds. */
  readonly oldestWaitMs: number;
}

/** Handing out takes a moment; a shorter wait is none. */
const patienceMs = 5_000;

/** Slots of builders that take builds now. */
export function openSlots(workers: QueueFacts['workers']): number {
  return takers(workers).reduce((sum, { slots }) => sum + (slots ?? 0), 0);
}

/** Why nothing is picked up: the first reason that is enough by itself. Null where there is none. */
export function diagnoseQueue(facts: QueueFacts): Diagnosis | null {
  if (facts.waiting === 0 || facts.oldestWaitMs < patienceMs) return null;
  return processReason(facts) ?? slotReason(facts);
}

function processReason({ workers }: QueueFacts): Diagnosis | null {
  if (!workers.some(({ role, state }) => role === 'control' && isAlive(state)))
    return say('no_control', 'No control process is running, so nothing is handed out.', 'Start control.');
  const builders = workers.filter(({ role, state }) => role === 'builder' && state !== 'ended');
  if (builders.length === 0)
    return say('no_builder', 'No builder is running.', 'Start a builder; how is said below on this page.');
  if (builders.every(({ state }) => state === 'lost'))
    return say('all_lost', 'All builders are lost.', 'See whether their machines are up and reach the database.');
  const alive = builders.filter(({ state }) => state !== 'lost');
  if (alive.every(({ state }) => state === 'draining'))
    return say('all_draining', 'All builders are draining.', 'Resume one of them.');
  const able = alive.filter(({ state }) => state !== 'draining');
  const [note] = able.flatMap((builder) => builder.note ?? []);
  return able.every((builder) => builder.note) && note !== undefined
    ? say(
        'engine_away',
        `No builder can build: ${note}`,
        'See to the engine of the builder; it goes on by itself then.',
      )
    : null;
}

function slotReason({ workers, waiting, paused, strange, limited, held }: QueueFacts): Diagnosis {
  const slots = openSlots(workers);
  if (strange === waiting)
    return say(
      'no_builder_for_strangers',
      'What waits is code of strangers, and no builder may build that.',
      `Start a builder with COOPERAGE_LANE=strangers beside a BuildKit ${engineFloor} or later.`,
    );
  if (limited === waiting)
    return say(
      'organization_limit',
      'What waits is held back by a limit of its organization.',
      'The list of waiting builds says by which; the usage page shows what is used of it.',
    );
  if (paused === waiting)
    return say('retry_pause', 'What waits pauses after a fault.', 'It goes on by itself; its page says when.');
  if (held >= slots) return say('all_busy', `All ${slots} slots are in use.`, 'Wait, stop a build, or add a worker.');
  return say(
    'not_taken',
    `${slots - held} of ${slots} slots are free, and nothing is taken.`,
    'Control hands out through Redis: see whether it answers, and the log of control.',
  );
}

function takers(workers: QueueFacts['workers']): QueueFacts['workers'] {
  return workers.filter(
    ({ role, state, note }) => role === 'builder' && (state === 'idle' || state === 'busy') && !note,
  );
}

function isAlive(state: WorkerView['state']): boolean {
  return state !== 'lost' && state !== 'ended';
}

function say(reason: Diagnosis['reason'], says: string, next: string): Diagnosis {
  return { reason, says, next };
}
