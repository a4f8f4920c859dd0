import type { RetentionSchedule, StagedDeletion } from '@cooperage/db';
import type { RetentionPolicy } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../../shared/wake-loop.js';

/** How often the retention engine selects what is old, and looks for what is due. */
const lookMs = 10 * 60_000;
/** How long one run may take. */
const limitMs = 30 * 60_000;

interface Retention {
  readonly schedule: Pick<RetentionSchedule, 'enqueueDue' | 'scheduleOlder'>;
  readonly staged: Pick<StagedDeletion, 'schedule'>;
  /** What holds for organizations that say nothing themselves. */
  readonly defaults: RetentionPolicy;
  readonly logger: Logger;
}

/** Enqueues deletions that are due, and selects what is to be deleted. A step that fails does not keep the others from running. */
export function retentionLoop({ schedule, staged, defaults, logger }: Retention): WakeLoop {
  const guard = async (step: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (err) {
      logger.error({ err, step }, 'a step of retention failed, trying again later');
    }
  };
  return new WakeLoop(
    'retention',
    lookMs,
    logger,
    async () => {
      // What a person requested does not wait for a selection that is slow.
      await guard('enqueue due deletions', () => schedule.enqueueDue());
      await guard('select staged images', () => staged.schedule());
      await guard('select old rows', () =>
        schedule.scheduleOlder(defaults, (err, organizationId) =>
          logger.error({ err, organizationId }, 'retention cannot select old rows, trying again later'),
        ),
      );
    },
    limitMs,
  );
}
