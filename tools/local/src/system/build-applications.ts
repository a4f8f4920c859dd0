import { LauncherError, say } from '../output.ts';
import { BUILD, GENERATE, runCheck } from '../test-run/checks.ts';

/** Compiles what is not compiled yet; a second time it takes a moment. @throws {LauncherError} */
export async function buildApplications(signal: AbortSignal): Promise<void> {
  say('· building the applications (about a minute the first time)');
  for (const check of [GENERATE, BUILD]) {
    const outcome = await runCheck(check, signal);
    if (outcome.failed > 0) throw new LauncherError(`the applications could not be built (${check.name})`);
  }
}
