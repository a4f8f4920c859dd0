import type { QuietProject, SilenceRepository } from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import type { Source } from '@cooperage/source';
import type { Logger } from '@cooperage/telemetry';
import type { SourceProjects } from '../../shared/source-projects.js';
import { WakeLoop } from '../../shared/wake-loop.js';

const dayMs = 86_400_000;
/** Git hosts asked in one round, one after the other: the rest has time. */
const mostInRound = 4;
/** One round; each of its questions has a shorter limit of its own. */
const roundLimitMs = 15 * 60_000;

export interface HeadWatchTimes {
  /** A webhook that said nothing for this long is worth a look. */
  readonly quietMs: number;
  /** How long a look is good for. */
  readonly againMs: number;
  readonly intervalMs: number;
}

const headWatchTimes: HeadWatchTimes = { quietMs: 3 * dayMs, againMs: dayMs / 2, intervalMs: 600_000 };

/**
 * Looks now and then at the default branch of projects whose webhook is quiet, so that a page can tell a webhook that has
 * nothing to say from one that is broken.
 */
export class HeadWatch {
  readonly loop: WakeLoop;
  private readonly stopping = new AbortController();

  constructor(
    private readonly silences: SilenceRepository,
    private readonly sourceProjects: SourceProjects,
    private readonly source: Pick<Source, 'readBranch'>,
    private readonly logger: Logger,
    private readonly times: HeadWatchTimes = headWatchTimes,
  ) {
    this.loop = new WakeLoop('head watch', times.intervalMs, logger, () => this.look(), roundLimitMs);
  }

  start(): void {
    this.loop.start();
  }

  close(): Promise<void> {
    this.stopping.abort();
    return this.loop.close();
  }

  async look(): Promise<void> {
    const { quietMs, againMs } = this.times;
    for (const project of await this.silences.quiet(quietMs, againMs, mostInRound)) {
      if (this.stopping.signal.aborted) return;
      if (await this.silences.begin(project, againMs)) await this.note(project);
    }
  }

  private async note(project: QuietProject): Promise<void> {
    const commit = await this.headOf(project);
    if (!this.stopping.signal.aborted) await this.silences.note(project.id, project.ref, commit);
  }

  /** Null when the host does not say: that is told where a build is wanted, and is no silence of the webhook. */
  private async headOf(project: QuietProject): Promise<string | null> {
    try {
      return await this.source.readBranch(this.sourceProjects.of(project), project.ref, this.stopping.signal);
    } catch (error) {
      if (!(error instanceof BuildFailure) && !this.stopping.signal.aborted)
        this.logger.warn({ err: error, projectId: project.id }, 'the default branch could not be looked at');
      return null;
    }
  }
}
