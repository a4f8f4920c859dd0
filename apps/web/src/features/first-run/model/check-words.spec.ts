import { describe, expect, it } from 'vitest';
import { checksSummary } from './check-words';

const checks = (...states: ('ok' | 'failed' | 'waiting' | 'unasked')[]) =>
  states.map((state, at) => ({ name: (['database', 'redis', 'builder'] as const)[at]!, state }));

describe('the sentence for all checks', () => {
  it('says how they stand together', () => {
    expect(checksSummary(checks('ok', 'ok', 'ok'))).toBe('All 3 work.');
    expect(checksSummary(checks('ok', 'failed', 'waiting'))).toContain('Looking');
    expect(checksSummary(checks('ok', 'failed', 'ok'))).toBe('Redis: it does not work.');
    expect(checksSummary(checks('failed', 'failed', 'ok'))).toBe('Database, Redis: they do not work.');
    expect(checksSummary(checks('unasked', 'unasked'))).toBe('Not looked at yet.');
  });
});
