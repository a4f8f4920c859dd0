import { STATE } from '../checkout.ts';
import { ensureSample, type SampleOutcome } from '../first-push/sample.ts';
import { LauncherError, say, seconds } from '../output.ts';
import { type Choices, choose, lookAround } from '../parts/choice.ts';
import { Instance } from '../parts/instance.ts';
import type { PartKeeper } from '../parts/part-keeper.ts';
import { allEnded } from '../processes/all-ended.ts';
import { untilAborted } from '../processes/interrupt.ts';
import { keepLogsShort } from '../processes/log-files.ts';
import { identify, type ProcessIdentity } from '../processes/process-identity.ts';
import type { SupervisedProcess } from '../processes/supervised-process.ts';
import { findTools } from '../toolchain/find-tools.ts';
import type { Tools } from '../toolchain/tools.ts';
import { buildApplications } from './build-applications.ts';
import { endLeftProcesses, noteLauncher } from './left-behind.ts';
import { gitAddress, publicUrl, type SystemAddresses } from './process-environment.ts';
import { System } from './system.ts';
import { type SystemState, writeState } from './system-state.ts';
import { welcomeLines } from './welcome.ts';

/** Everything that one `./cooperage up` has started, from its start to its stop. */
export class RunningSystem {
  private readonly startedMs = performance.now();
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly system: System;
  private readonly processes: SupervisedProcess[] = [];
  private keeper: PartKeeper | undefined;
  private written: SystemState | undefined;
  private endOfLogs: (() => void) | undefined;

  private constructor(instance: Instance, tools: Tools, system: System) {
    this.instance = instance;
    this.tools = tools;
    this.system = system;
  }

  /** @throws {LauncherError} saying why there can be no builder for strangers, where one is wanted */
  static async open(wantsStrangers: boolean): Promise<RunningSystem> {
    const instance = new Instance(STATE);
    noteLauncher(instance);
    const choices = choose(await lookAround());
    if (wantsStrangers) requireOwnEngine(choices);
    const tools = await findTools();
    return new RunningSystem(instance, tools, new System(instance, tools, choices, wantsStrangers));
  }

  /** Starts everything and waits for the interrupt. @returns the exit code: 1 after a first push that failed. */
  async run(interrupt: AbortSignal, staysAfterFailure: boolean): Promise<number> {
    await endLeftProcesses(this.instance);
    this.endOfLogs = keepLogsShort(this.instance.file('logs'));
    // Neither needs the other, and the first time each takes a minute: one computes, the other mostly waits for downloads.
    const [, addresses] = await allEnded([buildApplications(interrupt), this.system.startParts(interrupt)]);
    this.write(this.state(addresses, 'starting'));
    this.keeper = this.system.keeper(
      (line) => say(`! ${line}`),
      () => this.rewrite(),
    );
    this.keeper.start();
    await this.startProcesses(addresses, interrupt);
    interrupt.throwIfAborted();
    const outcome = await ensureSample(this.samplePlace(addresses), interrupt);
    if (!outcome.ok && !staysAfterFailure) {
      say('· the next ./cooperage up tries again; with --detach everything goes on running, so that you can look');
      return 1;
    }
    this.welcome(addresses, outcome);
    this.write(this.state(addresses, outcome.ok ? 'running' : 'running after a failed first push', outcome));
    await untilAborted(interrupt);
    return outcome.ok ? 0 : 1;
  }

  /** What was started last is stopped first. */
  async stop(): Promise<void> {
    this.endOfLogs?.();
    await this.keeper?.stop();
    for (const each of this.processes.toReversed()) await each.stop();
    await this.system.stopParts();
  }

  /** All at once: none waits for another. */
  private async startProcesses(addresses: SystemAddresses, interrupt: AbortSignal): Promise<void> {
    interrupt.throwIfAborted();
    this.processes.push(...this.system.processes(addresses, () => this.rewrite()));
    const start = async (each: SupervisedProcess) => {
      await each.start();
      say(`· ${each.name} is up`);
    };
    await allEnded(this.processes.map(start));
  }

  private write(state: SystemState): void {
    this.written = state;
    writeState(state);
  }

  /** Something has ended, or is back. */
  private rewrite(): void {
    if (this.written) this.write({ ...this.written, away: this.away() });
  }

  private away(): string[] {
    const processes = this.processes.filter(({ isAway }) => isAway).map(({ name }) => name);
    return [...(this.keeper?.away ?? []), ...processes];
  }

  private samplePlace(addresses: SystemAddresses) {
    return {
      instance: this.instance,
      publicUrl: publicUrl(addresses),
      gitAddress: gitAddress(addresses),
      gitCredentials: this.system.gitCredentials(),
      setupToken: this.system.secrets().setupToken,
      cosign: this.cosign(),
    };
  }

  private welcome(addresses: SystemAddresses, outcome: SampleOutcome): void {
    say(`· everything runs, after ${seconds(performance.now() - this.startedMs)}`);
    const { secrets } = this.instance;
    const place = { publicUrl: publicUrl(addresses), secrets, gitCredentials: this.system.gitCredentials() };
    for (const line of welcomeLines(place, outcome)) say(line);
  }

  private cosign(): string | null {
    return this.tools.find('cosign')?.path ?? null;
  }

  private state(addresses: SystemAddresses, phase: SystemState['phase'], outcome?: SampleOutcome): SystemState {
    return {
      launcher: identify(process.pid) as ProcessIdentity,
      startedAt: new Date().toISOString(),
      phase,
      away: this.away(),
      web: publicUrl(addresses),
      api: `${publicUrl(addresses)}/api/v1`,
      registry: addresses.registry.host,
      git: gitAddress(addresses),
      image: outcome?.image?.image ?? null,
      cosign: this.cosign(),
      verify: outcome?.image?.verify ?? null,
    };
  }
}

function requireOwnEngine({ engine }: Choices): void {
  if (engine.kind === 'embedded') return;
  const why = engine.kind === 'container' ? `: ${engine.obstacle}` : '';
  throw new LauncherError(`there is no engine for strangers: it runs beside an engine of the launcher’s own${why}`);
}
