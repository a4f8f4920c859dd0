import { describe, expect, it } from 'vitest';
import { IntakeGate } from './intake-gate.js';

describe('IntakeGate', () => {
  it('bounds the number of calls', () => {
    const gate = new IntakeGate(2, 1_000);
    const leave = gate.enter(1);
    gate.enter(1);
    expect(gate.enter(1)).toBeNull();
    leave?.();
    expect(gate.enter(1)).not.toBeNull();
  });

  it('S-006 bounds the bytes of all bodies together', () => {
    const gate = new IntakeGate(100, 10);
    expect(gate.enter(11)).toBeNull();
    const leave = gate.enter(10);
    expect(gate.enter(1)).toBeNull();
    leave?.();
    expect(gate.enter(10)).not.toBeNull();
  });

  it('counts a call out once, however often it says so', () => {
    const gate = new IntakeGate(2, 1_000);
    const leave = gate.enter(1);
    gate.enter(1);
    leave?.();
    leave?.();
    expect(gate.enter(1)).not.toBeNull();
    expect(gate.enter(1)).toBeNull();
  });
});
