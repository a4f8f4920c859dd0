import { say } from '../output.ts';
import { writeScorecard } from '../scorecard/keep.ts';

/** `./cooperage scorecard`: makes `docs/scorecard.md` from what the last whole end-to-end run has shown. */
export async function scorecard(): Promise<number> {
  writeScorecard();
  say('· docs/scorecard.md is made');
  return 0;
}
