import { seconds } from '../output.ts';

export interface Failure {
  readonly name: string;
  readonly message: string;
}

/** What one line of the summary says. A check without tests of its own counts as one. */
export interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
  /** What a suite may take on two quiet cores, in milliseconds. It is printed and never asserted: times are noise. */
  readonly budgetMs?: number;
  /** What failed in a suite, by name. */
  readonly failures?: readonly Failure[];
}

const NAMED_FAILURES = 30;

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

/** The failed tests again, at the end: a reader of a long or cut output finds them there. Empty without any. */
export function failureList(outcomes: readonly Outcome[]): string {
  const failures = outcomes.flatMap((outcome) => outcome.failures ?? []);
  const named = failures.slice(0, NAMED_FAILURES).map(({ name, message }) => `✗ ${name}\n${indented(message)}`);
  const more = failures.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

function indented(text: string): string {
  return text.replace(/^/gm, '    ');
}

function budget({ budgetMs, durationMs }: Outcome): string {
  if (budgetMs === undefined) return '';
  return ` of ${budgetMs / 1000} s${durationMs > budgetMs ? ', over budget' : ''}`;
}

function total(outcomes: readonly Outcome[]): Pick<Outcome, 'passed' | 'failed' | 'skipped'> {
  const sum = (key: 'passed' | 'failed' | 'skipped') => outcomes.reduce((count, outcome) => count + outcome[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}
