import path from 'node:path';
import { parseArgs } from 'node:util';
import { STATE } from '../checkout.ts';
import { Lock } from '../files/lock.ts';
import { LauncherError, say } from '../output.ts';
import { interruptSignal } from '../processes/interrupt.ts';
import { startDetached } from '../system/detached.ts';
import { RunningSystem } from '../system/running-system.ts';
import { runningState } from '../system/system-state.ts';

export const UP_LOCK = path.join(STATE, 'up.lock');

/** `./cooperage up [--detach] [--strangers]`: starts everything and keeps it running until Ctrl-C. */
export async function up(parameters: readonly string[]): Promise<number> {
  // `background` is what `--detach` starts: a first push that fails is reported, and everything goes on running.
  const flag = { type: 'boolean', default: false } as const;
  const options = { detach: flag, background: flag, strangers: flag };
  const { values } = parseArgs({ args: [...parameters], options });
  const running = runningState();
  if (running) {
    say(`· it runs already, since ${running.startedAt}: ${running.web}`);
    for (const name of running.away) say(`! ${name} has ended and is being started again`);
    return running.away.length === 0 ? 0 : 1;
  }
  const { detach, background, strangers } = values;
  return detach ? startDetached(strangers) : runInForeground({ staysAfterFailure: background, strangers });
}

interface Wishes {
  readonly staysAfterFailure: boolean;
  /** Also a builder for code of strangers. */
  readonly strangers: boolean;
}

async function runInForeground({ staysAfterFailure, strangers }: Wishes): Promise<number> {
  const lock = Lock.tryTake(UP_LOCK);
  if (!lock) throw new LauncherError('another ./cooperage up or down of this checkout is under way');
  const interrupt = interruptSignal();
  const system = await RunningSystem.open(strangers);
  try {
    return await system.run(interrupt, staysAfterFailure);
  } catch (error) {
    // Programs that Ctrl-C has ended report a failure of their own, which is none.
    if (!interrupt.aborted) throw error;
    return 0;
  } finally {
    say('· stopping');
    await system.stop();
    lock.release();
  }
}
