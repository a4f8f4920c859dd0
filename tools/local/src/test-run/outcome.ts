import { seconds } from '../output.ts';

/** What one line of the summary says. A check without tests of its own counts as one. */
export interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
  /** What a suite may take on two quiet cores, in milliseconds. It is printed and never asserted: times are noise. */
  readonly budgetMs?: number;
}

export function isGreen(outcomes: readonly Outcome[]): boolean {
  const { passed, failed } = total(outcomes);
  return failed === 0 && passed > 0;
}

/** `12 passed, 0 failed`: the line that other programs read. */
export function closingLine(outcomes: readonly Outcome[]): string {
  const { passed, failed, skipped } = total(outcomes);
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

export function table(outcomes: readonly Outcome[]): string {
  const width = Math.max(...outcomes.map((outcome) => outcome.name.length));
  const lines = outcomes.map((outcome) => {
    const mark = outcome.failed > 0 ? '✗' : '✓';
    const time = seconds(outcome.durationMs).padStart(8);
    return `${mark} ${outcome.name.padEnd(width)} ${time}${budget(outcome)}  ${closingLine([outcome])}`;
  });
  return lines.join('\n');
}

function budget({ budgetMs, durationMs }: Outcome): string {
  if (budgetMs === undefined) return '';
  return ` of ${budgetMs / 1000} s${durationMs > budgetMs ? ', over budget' : ''}`;
}

function total(outcomes: readonly Outcome[]): Pick<Outcome, 'passed' | 'failed' | 'skipped'> {
  const sum = (key: 'passed' | 'failed' | 'skipped') => outcomes.reduce((count, outcome) => count + outcome[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}
