import path from 'node:path';
import { parseArgs } from 'node:util';
import { STATE } from '../checkout.ts';
import { say, seconds } from '../output.ts';
import { interruptSignal, untilAborted } from '../processes/interrupt.ts';
import { TestServiceSet } from '../test-services/test-services.ts';

/** `./cooperage services [--detach | --stop]`: the real services of integration tests, for a person who runs those. */
export async function services(parameters: readonly string[]): Promise<number> {
  const options = { stop: { type: 'boolean' }, detach: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args: [...parameters], options });
  const set = await TestServiceSet.open(path.join(STATE, 'test'));
  if (values.stop) {
    await set.stop();
    say('· test services stopped');
    return 0;
  }
  const interrupt = interruptSignal();
  const started = performance.now();
  const file = await set.start();
  say(`· test services ready in ${seconds(performance.now() - started)}; their addresses are in`);
  process.stdout.write(`${file}\n`);
  if (values.detach) return 0;
  say('· they run until Ctrl-C; use them in another terminal with COOPERAGE_TEST_SERVICES set to that file');
  await untilAborted(interrupt);
  await set.stop();
  return 0;
}
