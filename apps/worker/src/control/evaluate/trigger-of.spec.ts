import { describe, expect, it } from 'vitest';
import { askOf } from './trigger-of.js';

const manual = (body: object) =>
  askOf({ eventName: 'manual', replayOf: null, sender: null, body: Buffer.from(JSON.stringify(body)) });

describe('what a delivery asks for', () => {
  it('is what a person chose: a rule, strangers’ code, no cache', () => {
    const start = { actor: 'ada', ruleId: 'r', zone: 'fork', targetRef: 'refs/heads/main', noCache: true };
    expect(manual(start)).toEqual({
      ...{ trigger: 'manual', triggeredBy: 'ada', ruleId: 'r', deduplicate: false, fromFork: true },
      ...{ targetRef: 'refs/heads/main', noCache: true },
    });
  });

  it('R5-C8 is asked for by who replays a start, and not by who started first', () => {
    const body = Buffer.from(JSON.stringify({ actor: 'ada', ruleId: 'r' }));
    const replay = askOf({ eventName: 'manual', replayOf: 'd', sender: 'bob', body });
    expect(replay).toMatchObject({ trigger: 'manual', triggeredBy: 'bob', ruleId: 'r' });
  });

  it('is understood where an older version wrote less', () => {
    expect(manual({ actor: 'ada', ruleId: null })).toMatchObject({ fromFork: false, targetRef: null, noCache: false });
  });

  it('reads a cache where nobody asked', () => {
    const push = { eventName: 'push', sender: 'ada', body: null };
    expect(askOf({ ...push, replayOf: null })).toMatchObject({ trigger: 'push', deduplicate: true, noCache: false });
    expect(askOf({ ...push, replayOf: 'd' })).toMatchObject({ trigger: 'replay', deduplicate: false, noCache: false });
  });
});
