import { LauncherError } from '../output.ts';
import { everythingOf, tellingLine } from './telling-line.ts';

/** What was being done, as it is said of a failure, and what a person can do about it. */
export interface GoStage {
  readonly failed: string;
  readonly advice: string;
}

const OTHER_BUILDKIT = 'set BUILDKIT_HOST to a BuildKit that runs already';

export function obtainingGo(oldest: string): GoStage {
  return {
    failed: 'Go could not be obtained from Debian',
    advice: `Install Go ${oldest} or later (https://go.dev/dl/), or ${OTHER_BUILDKIT}.`,
  };
}

export const FETCHING_MODULES: GoStage = {
  failed: 'The Go modules of BuildKit could not be downloaded',
  advice: `Set GOPROXY to a module proxy that this machine reaches, or ${OTHER_BUILDKIT}.`,
};

export const COMPILING: GoStage = {
  failed: 'BuildKit could not be built',
  advice: `Try again, or ${OTHER_BUILDKIT}.`,
};

/** One sentence of what happened and one of what to do. @param cache the folder that fills the disk */
export function goFailure({ failed, advice }: GoStage, error: unknown, cache: string): LauncherError {
  const said = tellingLine(error);
  return /no space left on device|ENOSPC/i.test(everythingOf(error))
    ? new LauncherError(`${failed}: the disk of ${cache} is full. Make 3 GB free there, or ${OTHER_BUILDKIT}.`)
    : new LauncherError(`${failed}: ${said.replace(/\.$/, '')}. ${advice}`);
}
