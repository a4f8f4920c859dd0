import { costRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { type Caller, type GateCall, IntakeGate } from './intake-gate.js';

const from = (address: string, project = `project of ${address}`, network = address): Caller => ({
  ...{ address, network, project },
});

/** Lets calls in and notes which of them had to give way. */
function visit(gate: IntakeGate) {
  const gone: string[] = [];
  const enter = (caller: Caller, name = caller.address): GateCall | null => gate.enter(caller, () => gone.push(name));
  return { enter, gone };
}

describe('IntakeGate', () => {
  it('bounds the number of calls', () => {
    const { enter, gone } = visit(new IntakeGate({ maxCalls: 2, maxBytes: 1_000 }));
    const first = enter(from('a'));
    enter(from('b'));
    first?.leave();
    first?.leave();
    expect(enter(from('c'))).not.toBeNull();
    expect(gone).toEqual([]);
    expect(enter(from('d'))).not.toBeNull();
    expect(gone).toEqual(['b']);
  });

  it('S-006 bounds the bytes of all bodies together, by what has arrived', () => {
    const { enter } = visit(new IntakeGate({ maxCalls: 100, maxBytes: 10 }));
    const first = enter(from('a'));
    expect(first?.receive(10)).toBe(true);
    expect(enter(from('b'))).not.toBeNull();
    expect(first?.receive(1)).toBe(false);
    // What left has given everything back.
    expect(enter(from('a'))?.receive(10)).toBe(true);
  });

  it('R-H10 keeps nobody out for what another has only announced', () => {
    const { enter, gone } = visit(new IntakeGate({ maxCalls: 100, maxBytes: 50 }));
    for (let call = 0; call < 10; call++) expect(enter(from('flood'))?.receive(1)).toBe(true);
    expect(enter(from('b'))?.receive(25)).toBe(true);
    expect(gone).toEqual([]);
  });

  it('R-H10 lets others in when one address has all calls: its oldest gives way', () => {
    const { enter, gone } = visit(new IntakeGate({ maxCalls: 3, maxBytes: 1_000 }));
    for (const name of ['1', '2', '3']) enter(from('flood', name), name);
    expect(enter(from('b'))).not.toBeNull();
    expect(gone).toEqual(['1']);
    expect(enter(from('flood', '4'), '4')).not.toBeNull();
    expect(gone).toEqual(['1', '2']);
  });

  it('R-H10 lets others in when many addresses have all calls for one project', () => {
    const { enter, gone } = visit(new IntakeGate({ maxCalls: 3, maxBytes: 1_000 }));
    for (const name of ['1', '2', '3']) enter(from(name, 'target'), name);
    expect(enter(from('b', 'other'))).not.toBeNull();
    expect(enter(from('4', 'target'))).not.toBeNull();
    expect(gone).toEqual(['1', '2']);
  });

  it('R-H10 lets a newcomer in when as many callers as there are places hold one call each: the oldest gives way', () => {
    const { enter, gone } = visit(new IntakeGate({ maxCalls: 2_048, maxBytes: 1_000_000 }));
    const whole = enter(from('whole'));
    whole?.complete();
    for (let call = 1; call < 2_048; call++) enter(from(`2001:db8:${call.toString(16)}::/64`), `flood ${call}`);
    for (const name of ['first', 'second']) {
      const call = enter(from(name));
      expect(call?.receive(4_000)).toBe(true);
      call?.complete();
    }
    expect(gone).toEqual(['flood 1', 'flood 2']);
  });

  it('R-H10 costs a newcomer less than one count of all calls, where all places are taken', () => {
    const places = 2_048;
    const { enter } = visit(new IntakeGate({ maxCalls: places, maxBytes: 1_000_000 }));
    for (let call = 0; call < places; call++) enter(from(`a${call}`));
    const newcomers = 50;
    let next = 0;
    const entering = () => {
      for (let call = 0; call < newcomers; call++) enter(from(`b${next++}`));
    };
    const counting = () => {
      for (let call = 0; call < newcomers; call++) {
        const counts = new Map<string, number>();
        for (let place = 0; place < places; place++) counts.set(`c${place}`, (counts.get(`c${place}`) ?? 0) + 1);
      }
    };
    expect(costRatio(entering, counting, 1)).toBeLessThan(1);
  });

  it('R-H10 counts the networks of one site together', () => {
    const { enter, gone } = visit(new IntakeGate({ maxCalls: 4, maxBytes: 1_000 }));
    enter(from('honest', 'p'));
    for (const name of ['1', '2', '3']) enter(from(name, `project ${name}`, 'site'), name);
    expect(enter(from('another', 'q'))).not.toBeNull();
    expect(gone).toEqual(['1']);
  });

  it('R-H10 lets the bytes of others in when one address has them all', () => {
    const { enter, gone } = visit(new IntakeGate({ maxCalls: 100, maxBytes: 100 }));
    const [small, large] = [enter(from('flood', 'p'), 'small'), enter(from('flood', 'q'), 'large')];
    expect(small?.receive(40)).toBe(true);
    expect(large?.receive(60)).toBe(true);
    expect(enter(from('b'))?.receive(25)).toBe(true);
    expect(gone).toEqual(['large']);
    expect(large?.receive(1)).toBe(false);
    expect(small?.receive(1)).toBe(true);
  });

  it('takes nothing from a call whose body is whole', () => {
    const { enter, gone } = visit(new IntakeGate({ maxCalls: 4, maxBytes: 100 }));
    const whole = ['1', '2'].map((name) => enter(from('a'), name));
    for (const call of whole) {
      call?.receive(40);
      expect(call?.complete()).toBe(true);
    }
    for (const name of ['b', 'c', 'd']) expect(enter(from(name))?.receive(10)).toBe(true);
    expect(gone).toEqual(['b']);
    expect(whole.map((call) => call?.complete())).toEqual([true, true]);
  });

  it('R7-A2 gives calls of one address that are whole half of the places, and lets others in', () => {
    const { enter, gone } = visit(new IntakeGate({ maxCalls: 4, maxBytes: 1_000 }));
    const flood = [0, 1, 2, 3, 4].map(() => {
      const call = enter(from('flood', 'any', 'site'));
      return call?.complete() ? call : null;
    });
    expect(flood.map((call) => call !== null)).toEqual([true, true, false, false, false]);
    expect(enter(from('b'))?.complete()).toBe(true);
    expect(gone).toEqual([]);
    // What is answered makes room again.
    for (const call of flood) call?.leave();
    expect(enter(from('flood', 'any', 'site'))?.complete()).toBe(true);
  });

  it.each([
    ['the networks of one site', (at: number) => from(`network ${at}`, `project ${at}`, 'site')],
    ['many addresses for one project', (at: number) => from(`address ${at}`, 'project')],
  ])('R7-A2 counts whole calls of %s together', (_whose, callerOf) => {
    const { enter } = visit(new IntakeGate({ maxCalls: 8, maxBytes: 1_000 }));
    const taken = Array.from({ length: 8 }, (_, at) => enter(callerOf(at))?.complete() ?? false);
    expect(taken.filter(Boolean)).toHaveLength(4);
    expect(enter(from('b'))?.complete()).toBe(true);
  });

  it('R7-A2 leaves places while several addresses flood, and each has the same share', () => {
    const { enter } = visit(new IntakeGate({ maxCalls: 80, maxBytes: 1_000 }));
    const taken = [0, 0, 0];
    for (let turn = 0; turn < 80; turn++)
      for (const at of taken.keys()) if (enter(from(`flood ${at}`))?.complete()) taken[at]!++;
    expect(taken).toEqual([20, 20, 20]);
    expect(enter(from('b'))?.complete()).toBe(true);
  });

  it('R7-A2 lets no flood become whole at once beyond its share', () => {
    const { enter, gone } = visit(new IntakeGate({ maxCalls: 8, maxBytes: 1_000 }));
    const calls = Array.from({ length: 8 }, () => enter(from('flood')));
    expect(calls.map((call) => call?.complete())).toEqual([...Array(4).fill(true), ...Array(4).fill(false)]);
    for (let at = 0; at < 3; at++) expect(enter(from('b'))).not.toBeNull();
    expect(gone).toEqual([]);
  });

  it('R7-A2 gives the bytes of whole bodies of one address half of the room', () => {
    const { enter } = visit(new IntakeGate({ maxCalls: 100, maxBytes: 100 }));
    const taken = Array.from({ length: 10 }, () => {
      const call = enter(from('flood'));
      return call?.receive(10) && call.complete();
    });
    expect(taken.filter(Boolean)).toHaveLength(5);
    const other = enter(from('b'));
    expect([other?.receive(40), other?.complete()]).toEqual([true, true]);
  });

  describe('V7-M1 while two addresses flood the places of one project', () => {
    function flooded(fewCalls: number) {
      const { enter } = visit(new IntakeGate({ maxCalls: 100, maxBytes: 1_000, fewCalls }));
      const whole = (caller: Caller) => enter(caller)?.complete() ?? false;
      for (let turn = 0; turn < 100; turn++)
        for (const address of ['flood 1', 'flood 2'])
          for (const project of ['target', `unknown ${turn}`]) whole(from(address, project));
      expect(whole(from('flood 1', 'target'))).toBe(false);
      return whole;
    }

    it('its git host, which has proven a call to it, has a share like any other address', () => {
      const whole = flooded(0);
      expect(whole(from('somebody', 'target'))).toBe(false);
      const host = { ...from('host', 'target'), isProven: true };
      // The two floods hold 67 of 100 places. A proof for one project is no larger share: it is half of the 33 that are free.
      expect(Array.from({ length: 40 }, () => whole(host)).filter(Boolean)).toHaveLength(17);
      expect(whole(from('b'))).toBe(true);
    });

    it('an address that has proven nothing has a few calls', () => {
      const whole = flooded(3);
      expect(Array.from({ length: 6 }, () => whole(from('new host', 'target'))).filter(Boolean)).toHaveLength(3);
    });
  });
});
