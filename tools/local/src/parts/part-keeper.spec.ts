import { expect, it } from 'vitest';
import type { Care, Part } from './part.ts';
import { PartKeeper } from './part-keeper.ts';

/** A part that a test can end, and that fails to start as often as it is told. */
class Frail implements Part<{ url: string }> {
  readonly name = 'Redis';
  runs = true;
  failures = 0;
  starts = 0;
  port = 1;

  async start(): Promise<{ url: string }> {
    this.starts++;
    if (this.failures-- > 0) throw new Error('no room');
    this.runs = true;
    return { url: `redis://127.0.0.1:${this.port}` };
  }

  async stop(): Promise<void> {
    this.runs = false;
  }

  async isRunning(): Promise<boolean> {
    return this.runs;
  }
}

function keep(part: Frail, careEveryMs?: number) {
  const said: string[] = [];
  const changes: string[][] = [];
  const kept = [{ part, address: { url: 'redis://127.0.0.1:1' } }];
  const keeper: PartKeeper = new PartKeeper(
    kept,
    (line) => said.push(line),
    () => changes.push(keeper.away),
    careEveryMs,
  );
  keeper.start();
  return { keeper, said, changes };
}

it('R-L1 starts a part again that has ended, says so, and tells that it is away meanwhile', async () => {
  const part = new Frail();
  part.failures = 1;
  const { keeper, said, changes } = keep(part);
  part.runs = false;
  await expect.poll(() => keeper.away).toEqual(['Redis']);
  await expect.poll(() => said.at(-1)).toBe('Redis runs again');
  await expect.poll(() => keeper.away).toEqual([]);
  expect(said).toEqual([
    'Redis has ended; starting it again in 0.5 s',
    'Redis could not be started again: no room',
    'Redis has ended; starting it again in 1 s',
    'Redis runs again',
  ]);
  expect(changes).toEqual([['Redis'], []]);
  await keeper.stop();
});

it('R9-C1 R9-C2 ends a part that is asked to, says why, and starts it again', async () => {
  const answers = ['the disk fills'];
  const ending = new Frail();
  const endIfAsked = async () => {
    const why = answers.shift();
    if (why) await ending.stop();
    return why;
  };
  const part = Object.assign(ending, { endIfAsked });
  const { keeper, said } = keep(part);
  await expect.poll(() => said.at(-1)).toBe('Redis runs again');
  expect(said[0]).toBe('Redis was asked to end, and is ended: the disk fills');
  expect([part.starts, part.runs]).toEqual([1, true]);
  await keeper.stop();
});

it('R9-C1 R9-C2 keeps a part that could not be ended, and says why not', async () => {
  const endings = [Promise.reject(new Error('no right to')), Promise.resolve(undefined)];
  endings[0]!.catch(() => {});
  const part = Object.assign(new Frail(), { endIfAsked: () => endings.shift() ?? Promise.resolve(undefined) });
  const { keeper, said } = keep(part);
  await expect.poll(() => endings).toEqual([]);
  expect(said).toEqual(['Redis was asked to end, and could not be ended: no right to']);
  part.runs = false;
  await expect.poll(() => said.at(-1)).toBe('Redis runs again');
  await keeper.stop();
});

it('starts nothing any more once it is stopped', async () => {
  const part = new Frail();
  const { keeper } = keep(part);
  await keeper.stop();
  await part.stop();
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(part.starts).toBe(0);
});

it('says when a part has come back at another address', async () => {
  const part = new Frail();
  part.port = 2;
  const { keeper, said } = keep(part);
  part.runs = false;
  await expect.poll(() => said.at(-1)).toContain('another address');
  await keeper.stop();
});

it('R-C2 S-039 looks after what stands around a part, says what it set again, and names it as away while it cannot', async () => {
  const states: Care[] = [
    { state: 'in-force', detail: '', renewals: 0, unraised: [] },
    { state: 'in-force', detail: '', renewals: 1, unraised: [] },
    { state: 'missing', detail: 'no right to', renewals: 1, unraised: [] },
    { state: 'missing', detail: 'no right to', renewals: 1, unraised: [] },
    { state: 'in-force', detail: '', renewals: 2, unraised: [] },
  ];
  const part = Object.assign(new Frail(), { care: async () => (states.length > 1 ? states.shift()! : states[0]!) });
  const { keeper, said, changes } = keep(part, 5);
  await expect.poll(() => states).toHaveLength(1);
  await expect.poll(() => said).toHaveLength(3);
  expect(said).toEqual([
    'the network rules of Redis had been changed and are set again (1 time since its start)',
    'the network rules of Redis are missing, and no build is to start: no right to',
    'the network rules of Redis are in force again',
  ]);
  expect(changes).toEqual([['the network rules of Redis'], []]);
  await keeper.stop();
});
