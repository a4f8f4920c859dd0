import { say, seconds } from '../output.ts';
import { interruptSignal } from '../processes/interrupt.ts';
import { closingLine, failureList, isGreen, table } from '../test-run/outcome.ts';
import { clearAbandonedRuns, createRunFolder, removeRunFolder } from '../test-run/run-folder.ts';
import { parseTestArguments } from '../test-run/test-arguments.ts';
import { TestRun } from '../test-run/test-run.ts';

const INTERRUPTED = 130;

/** `./cooperage test [--only SUITE] [--full] [--soak] [--require-tools] [vitest filter…]`: every check and test; services start empty and are stopped. */
export async function test(parameters: readonly string[]): Promise<number> {
  const wanted = parseTestArguments(parameters);
  const signal = interruptSignal();
  const started = performance.now();
  const folder = createRunFolder();
  const run = new TestRun(wanted, folder, signal);
  try {
    await clearAbandonedRuns();
    await run.run();
  } catch (error) {
    if (!signal.aborted) throw error;
    say('· interrupted; what the tests had started is ended');
    return INTERRUPTED;
  } finally {
    removeRunFolder(folder);
  }
  const failures = failureList(run.outcomes);
  process.stdout.write(
    `\n${failures && `${failures}\n\n`}${table(run.outcomes)}\n  all in ${seconds(performance.now() - started)}\n\n${closingLine(run.outcomes)}\n`,
  );
  return isGreen(run.outcomes) ? 0 : 1;
}
