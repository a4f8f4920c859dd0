import { CHECKOUT } from '../checkout.ts';
import { compareFiles } from '../database/migrations.ts';
import { schemaFolders } from '../database/schema-files.ts';
import { readJson } from '../files/atomic-file.ts';
import { say } from '../output.ts';
import { checkScorecard } from '../scorecard/keep.ts';
import { type NamedReport, PROVING_SUITES } from '../scorecard/proofs.ts';
import { TestServiceSet } from '../test-services/test-services.ts';
import { obtainBrowser } from '../toolchain/browser.ts';
import { obstacleToGoTools, obtainGoTools } from '../toolchain/go-tools.ts';
import { BUILD, type Check, GENERATE, judge, runCheck, STATIC_CHECKS } from './checks.ts';
import { composeProblem } from './compose-check.ts';
import type { Outcome } from './outcome.ts';
import type { Suite, TestArguments } from './test-arguments.ts';
import { reportFile, runSuite } from './vitest-suite.ts';

/** One pass over the checks and tests that were asked for; a failing one does not keep the others from running. */
export class TestRun {
  readonly outcomes: Outcome[] = [];
  private readonly wanted: TestArguments;
  private readonly folder: string;
  private readonly signal: AbortSignal;
  /** On its way from the start, in the background: what it takes is not added to what the other suites take. */
  private buildkit: Promise<unknown> = Promise.resolve();

  constructor(wanted: TestArguments, folder: string, signal: AbortSignal) {
    this.wanted = wanted;
    this.folder = folder;
    this.signal = signal;
  }

  /** @throws when the signal is aborted. */
  async run(): Promise<void> {
    if (this.wantsServices()) this.buildkit = buildInBackground(this.signal);
    await this.check(GENERATE);
    if (this.wants('e2e') || this.wants('full')) await this.check(BUILD);
    if (this.wanted.only === undefined) {
      await this.staticChecks();
      await this.compose();
    }
    if (this.wants('unit')) await this.suite('unit');
    if (this.wantsServices()) await this.withServices();
  }

  private async withServices(): Promise<void> {
    const services = await TestServiceSet.open(this.folder);
    const started = performance.now();
    try {
      if (this.wants('e2e') || this.wants('full')) await obtainBrowser();
      await this.buildkit;
      const file = await services.start();
      this.outcomes.push(judge('services start', undefined, started));
      await this.migrations(file);
      const env = { COOPERAGE_TEST_SERVICES: file };
      if (this.wants('int')) await this.suite('int', env);
      if (this.wantsStrangers()) await this.strangers(services);
      if (this.wants('e2e')) await this.suite('e2e', env);
      if (this.wants('full')) await this.suite('full', env);
      this.scorecard();
    } catch (error) {
      this.signal.throwIfAborted();
      this.outcomes.push(judge('services', error instanceof Error ? error.message : String(error), started));
    } finally {
      await services.stop();
    }
  }

  private async strangers(services: TestServiceSet): Promise<void> {
    if (!services.ownsEngine) {
      const reason = 'the engine for strangers runs beside an engine of the launcher’s own alone';
      say(`· its tests are left out: ${reason}`);
      if (this.wanted.requireTools) this.outcomes.push(judge('required tools', reason, performance.now()));
      return;
    }
    const file = await services.startEngineForStrangers();
    await this.suite('strangers', { COOPERAGE_TEST_SERVICES: file });
  }

  private async migrations(servicesFile: string): Promise<void> {
    const started = performance.now();
    const { databaseUrl } = readJson<{ databaseUrl: string }>(servicesFile) as { databaseUrl: string };
    const { sql } = await compareFiles(databaseUrl, schemaFolders(CHECKOUT));
    const problem = sql && `prisma/migrations lack what prisma/schema says (npm run db -- new NAME):\n${sql}`;
    this.outcomes.push(judge('migrations match the schema', problem, started));
  }

  private async compose(): Promise<void> {
    const started = performance.now();
    const problem = await composeProblem().catch((error: Error) => error.message);
    this.outcomes.push(judge('docker-compose.yml', problem, started));
  }

  /** Only whole suites can say what is proven. */
  private scorecard(): void {
    if (this.wanted.filters.length > 0) return;
    const reports = new Map(
      PROVING_SUITES.flatMap((suite) => {
        const report = readJson<NamedReport>(reportFile(this.folder, suite));
        return report ? [[suite, report] as const] : [];
      }),
    );
    if (reports.size > 0) this.outcomes.push(judge('scorecard', checkScorecard(reports), performance.now()));
  }

  /** Two at a time: each of them uses one processor for most of what it does. */
  private async staticChecks(): Promise<void> {
    const waiting = [...STATIC_CHECKS];
    const lane = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await this.check(next);
    };
    await Promise.all([lane(), lane()]);
  }

  private async check(check: Check): Promise<void> {
    this.signal.throwIfAborted();
    const outcome = await runCheck(check, this.signal);
    this.signal.throwIfAborted();
    this.outcomes.push(outcome);
  }

  private async suite(suite: Suite, env: NodeJS.ProcessEnv = {}): Promise<void> {
    this.signal.throwIfAborted();
    const outcome = await runSuite(suite, this.wanted, this.folder, this.signal, env);
    this.signal.throwIfAborted();
    this.outcomes.push(outcome);
  }

  /** Filters name files of other suites, unless this one was asked for by its name. */
  private wantsStrangers(): boolean {
    return this.wants('strangers') && (this.wanted.only !== undefined || this.wanted.filters.length === 0);
  }

  private wantsServices(): boolean {
    return (['int', 'strangers', 'e2e', 'full'] as const).some((suite) => this.wants(suite));
  }

  private wants(suite: Suite): boolean {
    if (suite === 'full' && this.wanted.only === undefined) return this.wanted.full;
    return this.wanted.only === undefined || this.wanted.only === suite;
  }
}

/** Where it fails, the services say so: they need it, and try once more. */
async function buildInBackground(signal: AbortSignal): Promise<void> {
  if ((await obstacleToGoTools()) === undefined) await obtainGoTools({ signal, inBackground: true }).catch(() => {});
}
