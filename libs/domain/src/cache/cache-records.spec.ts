import { expect, it } from 'vitest';
import { stepOfRecord } from './cache-records.js';

const step = (name: string, completed: string) => ({ name, completedAt: new Date(`2026-11-29T00:20:${completed}Z`) });
// As a builder told of a real build.
const steps = [
  step('COPY word.txt', '51.640'),
  step('RUN mark', '52.759'),
  step('RUN heavy', '53.852'),
  step('COPY --from', '53.870'),
  step('RUN last', '55.046'),
];
const of = (created: string) => stepOfRecord(new Date(`2026-11-29T00:20:${created}Z`), steps)?.name ?? null;

it('finds the step of each record of a real cache by the moment of its end', () => {
  expect(of('51.640878831')).toBe('COPY word.txt');
  expect(of('52.75998845')).toBe('RUN mark');
  expect(of('53.852774124')).toBe('RUN heavy');
  expect(of('53.870601013')).toBe('COPY --from');
  expect(of('55.046847577')).toBe('RUN last');
});

it('knows no step for a record that none of them ended with', () => {
  expect(of('54.400')).toBeNull();
  expect(stepOfRecord(new Date('2026-11-28T21:06:55.247Z'), steps)).toBeNull();
  expect(stepOfRecord(new Date(), [])).toBeNull();
});
