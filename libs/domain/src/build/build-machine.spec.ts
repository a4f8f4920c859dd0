import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BuildEvent,
  type BuildState,
  buildStages,
  buildStatuses,
  canCancel,
  canRetry,
  initialBuildState,
  isFinal,
  transition,
} from './build-machine.js';

/**
 * The table of the design, row by row. `–` refuses for now, `late` refuses because the image is being published, `over`
 * because the build has ended.
 *
 * failed:    `again` retryable and attempts are left, `last` retryable but none is left, `never` not retryable
 * leaseLost: `again` attempts are left, `last` none is left
 */
const table = `
from              | approve | claimed | cancel    | built    | gate       | published | failed:again | failed:last | failed:never | timeout   | leaseLost:again | leaseLost:last | stopped
awaiting_approval | queued  | –       | canceled  | –        | –          | –         | –            | –           | –            | canceled  | –               | –              | –
queued            | –       | builder | canceled  | –        | –          | –         | –            | –           | –            | timed_out | –               | –              | –
builder           | –       | –       | canceling | control  | –          | –         | queued       | failed      | failed       | timed_out | queued          | failed         | –
control           | –       | –       | canceled  | –        | publishing | –         | failed       | failed      | failed       | failed    | –               | –              | –
publishing        | –       | –       | late      | –        | –          | succeeded | failed       | failed      | failed       | –         | –               | –              | –
canceling         | –       | –       | –         | canceled | –          | –         | canceled     | canceled    | canceled     | canceled  | canceled        | canceled       | canceled
succeeded         | over    | over    | over      | over     | over       | over      | over         | over        | over         | over      | over            | over           | over
failed            | over    | over    | over      | over     | over       | over      | over         | over        | over         | over      | over            | over           | over
canceled          | over    | over    | over      | over     | over       | over      | over         | over        | over         | over      | over            | over           | over
timed_out         | over    | over    | over      | over     | over       | over      | over         | over        | over         | over      | over            | over           | over
`;

const [header, ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const columns = header!.slice(1);
const cells = rows.flatMap(([from, ...row]) =>
  row.map((expected, index) => [from!, columns[index]!, expected] as const),
);

function stateOf(name: string): BuildState {
  if (name === 'canceling') return { status: 'canceling', stage: 'builder' };
  const stage = buildStages.find((known) => known === name);
  if (stage) return { status: 'running', stage };
  return { status: buildStatuses.find((known) => known === name)!, stage: null };
}

function eventOf(name: string): BuildEvent {
  const [type, detail] = name.split(':');
  const attemptsLeft = detail !== 'last';
  return { type, ...(detail && { attemptsLeft, retryable: detail !== 'never' }) } as BuildEvent;
}

const refusals: Record<string, string> = { '–': 'not_now', late: 'too_late', over: 'final' };

describe('the build machine', () => {
  it.each(cells)('%s + %s → %s', (from, event, expected) => {
    const result = transition(stateOf(from), eventOf(event));
    const reason = refusals[expected];
    expect(result).toEqual(reason ? { ok: false, reason } : { ok: true, next: stateOf(expected) });
  });

  it('has a row for every status and stage, and a column for every event', () => {
    const events: Record<BuildEvent['type'], true> = {
      approve: true,
      claimed: true,
      cancel: true,
      built: true,
      gate: true,
      published: true,
      failed: true,
      timeout: true,
      leaseLost: true,
      stopped: true,
    };
    const names = [...buildStatuses.filter((status) => status !== 'running'), ...buildStages];
    expect(rows.map(([from]) => from).sort()).toEqual(names.sort());
    expect([...new Set(columns.map((column) => column.split(':')[0]))].sort()).toEqual(Object.keys(events).sort());
  });

  it('refuses a running build without a stage, which nothing can make', () => {
    for (const column of columns)
      expect(transition({ status: 'running', stage: null }, eventOf(column))).toEqual({ ok: false, reason: 'not_now' });
  });
});

describe('any sequence of events', () => {
  const event = fc.constantFrom(...columns.map(eventOf));
  const start = fc.constantFrom<BuildState>(initialBuildState, { status: 'awaiting_approval', stage: null });
  const everyStep = (check: (before: BuildState, taken: BuildEvent, after: BuildState) => void) =>
    fc.assert(
      fc.property(start, fc.array(event, { maxLength: 40 }), (first, events) => {
        let state = Object.freeze(first);
        for (const taken of events) {
          const result = transition(state, taken);
          const after = Object.freeze(result.ok ? result.next : state);
          check(state, taken, after);
          state = after;
        }
      }),
      { numRuns: 1_000 },
    );

  it('never leaves a final status', () => {
    everyStep((before, _, after) => {
      if (isFinal(before.status)) expect(after).toBe(before);
    });
  });

  it('has a stage exactly while it is running or canceling', () => {
    everyStep((_before, _, after) => {
      expect(after.stage !== null).toBe(after.status === 'running' || after.status === 'canceling');
    });
  });

  it('only rolls forward once it is publishing', () => {
    everyStep((before, _, after) => {
      if (before.stage !== 'publishing') return;
      expect(after === before || after.status === 'succeeded' || after.status === 'failed').toBe(true);
    });
  });

  it('succeeds through the gate and by "published" only', () => {
    everyStep((before, taken, after) => {
      if (after === before || after.status !== 'succeeded') return;
      expect([before.stage, taken.type]).toEqual(['publishing', 'published']);
    });
  });

  it('agrees with the predicates that pages use', () => {
    everyStep((before) => {
      expect(canCancel(before)).toBe(transition(before, { type: 'cancel' }).ok);
      expect(canRetry(before)).toBe(isFinal(before.status));
    });
  });
});
