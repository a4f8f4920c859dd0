import { describe, expect, it, vi } from 'vitest';
import { SessionWatch } from './session-watch';

function watch(...answers: (boolean | null)[]) {
  const probe = vi.fn(async () => (answers.length > 1 ? answers.shift()! : answers[0]!));
  const session = new SessionWatch(probe);
  const heard = vi.fn();
  session.subscribe(heard);
  return { session, probe, heard };
}

describe('a session that ended in the middle of work', () => {
  it('is said once, and all that were refused go on when somebody has signed in', async () => {
    const { session, probe, heard } = watch(false);
    const refused = [session.refused(), session.refused()];
    await vi.waitFor(() => expect(session.isEnded()).toBe(true));
    session.restored();
    expect(await Promise.all(refused)).toEqual([true, true]);
    expect([session.isEnded(), probe.mock.calls.length, heard.mock.calls.length]).toEqual([false, 1, 2]);
  });

  it('is not what a refusal means while the session is well, or nobody can tell', async () => {
    expect(await watch(true).session.refused()).toBe(false);
    expect(await watch(null).session.refused()).toBe(false);
  });

  it('may be read past: the refusal stands, and the next one says it again', async () => {
    const { session } = watch(false);
    const refused = session.refused();
    await vi.waitFor(() => expect(session.isEnded()).toBe(true));
    session.dismissed();
    expect(await refused).toBe(false);
    void session.refused();
    await vi.waitFor(() => expect(session.isEnded()).toBe(true));
  });

  it('ends by a sign-in in another tab', async () => {
    const { session } = watch(false, false, true);
    const refused = session.refused();
    await vi.waitFor(() => expect(session.isEnded()).toBe(true));
    await session.lookAgain();
    expect(session.isEnded()).toBe(true);
    await session.lookAgain();
    expect(await refused).toBe(true);
  });

  it('is no surprise to whoever signs out, or to a page for everybody', async () => {
    const { session, probe } = watch(false);
    session.leave();
    expect(await session.refused()).toBe(false);
    expect(await new SessionWatch(probe).refused()).toBe(false);
    expect(probe).not.toHaveBeenCalled();
  });
});
