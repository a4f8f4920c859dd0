import { describe, expect, it, vi } from 'vitest';
import { SessionWatch, takenForWellMs } from './session-watch';

const ada = 'ada@example.org';

function watch(...answers: (string | false | null)[]) {
  const probe = vi.fn(async () => (answers.length > 1 ? answers.shift()! : answers[0]!));
  let now = 0;
  const session = new SessionWatch(probe, () => now);
  const heard = vi.fn();
  session.subscribe(heard);
  const pass = (ms: number): void => {
    now += ms;
  };
  return { session, probe, heard, pass };
}

describe('a session that ended in the middle of work', () => {
  it('is said once, and all that were refused go on when somebody has signed in', async () => {
    const { session, probe, heard } = watch(false);
    const refused = [session.refused(), session.refused()];
    await expect.poll(() => session.isEnded()).toBe(true);
    session.restored();
    expect(await Promise.all(refused)).toEqual([true, true]);
    expect([session.isEnded(), probe.mock.calls.length, heard.mock.calls.length]).toEqual([false, 1, 2]);
  });

  it('is not what a refusal means while the session is well, or nobody can tell', async () => {
    expect(await watch(ada).session.refused()).toBe(false);
    expect(await watch(null).session.refused()).toBe(false);
  });

  it('may be read past: the refusal stands, and the next one says it again', async () => {
    const { session } = watch(false);
    const refused = session.refused();
    await expect.poll(() => session.isEnded()).toBe(true);
    session.dismissed();
    expect(await refused).toBe(false);
    void session.refused();
    await expect.poll(() => session.isEnded()).toBe(true);
  });

  it('ends by a sign-in in another tab', async () => {
    const { session } = watch(false, false, ada);
    const refused = session.refused();
    await expect.poll(() => session.isEnded()).toBe(true);
    await session.lookAgain(ada);
    expect(session.isEnded()).toBe(true);
    await session.lookAgain(ada);
    expect(await refused).toBe(true);
  });

  it('R15A-5 goes on for nobody else who signs in in another tab', async () => {
    const { session } = watch(false, 'bob@example.org', ada);
    const refused = session.refused();
    await expect.poll(() => session.isEnded()).toBe(true);
    expect(await session.lookAgain(ada)).toBe('bob@example.org');
    expect(session.isEnded()).toBe(true);
    expect(await session.lookAgain(ada)).toBeNull();
    expect(await refused).toBe(true);
  });

  it('is no surprise to whoever signs out, or to a page for everybody', async () => {
    const { session, probe } = watch(false);
    session.leave();
    expect(await session.refused()).toBe(false);
    expect(await new SessionWatch(probe, () => 0).refused()).toBe(false);
    expect(probe).not.toHaveBeenCalled();
  });

  it('is noticed by whoever comes back to a page that asks for nothing', async () => {
    const { session, pass } = watch(false);
    pass(takenForWellMs);
    await session.attended();
    expect(session.isEnded()).toBe(true);
    session.restored();
    await session.attended();
    expect(session.isEnded()).toBe(false);
  });

  it('costs one question in a while, however much somebody does', async () => {
    const { session, probe, pass } = watch(ada, null);
    for (let act = 0; act < 100; act++) await session.attended();
    expect(probe).toHaveBeenCalledTimes(0);
    for (const asked of [1, 2, 3]) {
      pass(takenForWellMs);
      await Promise.all(Array.from({ length: 100 }, () => session.attended()));
      await session.attended();
      expect(probe).toHaveBeenCalledTimes(asked);
    }
    expect(session.isEnded()).toBe(false);
  });

  it('is not said again to whoever reads on, until something is refused', async () => {
    const { session, pass, probe } = watch(false);
    pass(takenForWellMs);
    await session.attended();
    session.dismissed();
    pass(takenForWellMs);
    await session.attended();
    expect([session.isEnded(), probe.mock.calls.length]).toEqual([false, 1]);
    void session.refused();
    await expect.poll(() => session.isEnded()).toBe(true);
  });

  it('is nobody’s business on a page for everybody, nor of whoever signs out', async () => {
    const { session, pass, probe } = watch(false);
    session.leave();
    pass(takenForWellMs);
    await session.attended();
    let now = 0;
    const unheard = new SessionWatch(probe, () => now);
    now = takenForWellMs;
    await unheard.attended();
    expect(probe).not.toHaveBeenCalled();
  });
});
