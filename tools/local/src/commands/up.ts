import { parseArgs } from 'node:util';
import { STATE } from '../checkout.ts';
import { Lock } from '../files/lock.ts';
import { LauncherError, say, seconds } from '../output.ts';
import { choose, lookAround } from '../parts/choice.ts';
import { Instance } from '../parts/instance.ts';
import { interruptSignal, untilAborted } from '../processes/interrupt.ts';
import { identify, type ProcessIdentity } from '../processes/process-identity.ts';
import type { SupervisedProcess } from '../processes/supervised-process.ts';
import { buildApplications } from '../system/build-applications.ts';
import { startDetached } from '../system/detached.ts';
import { publicUrl, type SystemAddresses } from '../system/process-environment.ts';
import { System } from '../system/system.ts';
import { runningState, type SystemState, writeState } from '../system/system-state.ts';
import { findTools } from '../toolchain/find-tools.ts';
import type { Tools } from '../toolchain/tools.ts';

export const UP_LOCK = `up ${STATE}`;

/** `./cooperage up [--detach]`: starts everything and keeps it running until Ctrl-C. */
export async function up(parameters: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...parameters], options: { detach: { type: 'boolean' } } });
  const running = runningState();
  if (running) {
    say(`· it runs already, since ${running.startedAt}: ${running.web}`);
    return 0;
  }
  return values.detach ? startDetached() : runInForeground();
}

async function runInForeground(): Promise<number> {
  const lock = await Lock.tryTake(UP_LOCK);
  if (!lock) throw new LauncherError('another ./cooperage up or down of this checkout is under way');
  const interrupt = interruptSignal();
  const started = performance.now();
  const instance = new Instance(STATE);
  const choices = choose(await lookAround());
  const tools = await findTools();
  const system = new System(instance, tools, choices);
  const processes: SupervisedProcess[] = [];
  try {
    await system.endLeftProcesses();
    await buildApplications(interrupt);
    const addresses = await system.startParts();
    writeState(state(addresses, tools, 'starting'));
    await startAll(system.processes(addresses), processes, interrupt);
    writeState(state(addresses, tools, 'running'));
    say(`· everything runs, after ${seconds(performance.now() - started)}: ${publicUrl(addresses)}`);
    await untilAborted(interrupt);
  } catch (error) {
    // Programs that Ctrl-C has ended report a failure of their own, which is none.
    if (!interrupt.aborted) throw error;
  } finally {
    say('· stopping');
    for (const each of processes.toReversed()) await each.stop();
    await system.stopParts();
    lock.release();
  }
  return 0;
}

async function startAll(
  all: readonly SupervisedProcess[],
  started: SupervisedProcess[],
  interrupt: AbortSignal,
): Promise<void> {
  for (const each of all) {
    if (interrupt.aborted) return;
    started.push(each);
    await each.start();
    say(`· ${each.name} is up`);
  }
}

function state(addresses: SystemAddresses, tools: Tools, phase: SystemState['phase']): SystemState {
  return {
    launcher: identify(process.pid) as ProcessIdentity,
    startedAt: new Date().toISOString(),
    phase,
    web: publicUrl(addresses),
    api: `${publicUrl(addresses)}/api/v1`,
    registry: addresses.registry.host,
    git: `http://127.0.0.1:${addresses.gitPort}`,
    image: null,
    cosign: tools.find('cosign')?.path ?? null,
    verify: null,
  };
}
