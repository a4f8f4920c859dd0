import { type JobPayload, jobCatalogue, type QueueName } from '@cooperage/contracts';
import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';

export interface JobWorkerOptions<Q extends QueueName> {
  readonly queueName: Q;
  /** A `consumer` connection; BullMQ makes a second one from it for its blocking read. */
  readonly redis: Redis;
  readonly concurrency: number;
  readonly onError: (error: Error) => void;
  readonly handle: (payload: JobPayload<Q>) => Promise<void>;
}

export interface JobWorker {
  close(): Promise<void>;
  /** Takes no further job; those under way go on. */
  pause(): Promise<void>;
  resume(): void;
}

/**
 * Receives jobs of one queue. BullMQ only carries them: a redelivered job finds its work claimed and ends, so stalled
 * jobs may be delivered as often as BullMQ likes.
 */
export function startJobWorker<Q extends QueueName>(options: JobWorkerOptions<Q>): JobWorker {
  const worker = new Worker(
    options.queueName,
    async (job) => {
      const payload = jobCatalogue[options.queueName].parse(job.data) as JobPayload<Q>;
      await options.handle(payload);
    },
    { connection: options.redis, concurrency: options.concurrency, maxStalledCount: 1_000_000, lockDuration: 30_000 },
  );
  worker.on('error', options.onError);
  worker.on('failed', (_job, error) => options.onError(error));
  return {
    close: () => worker.close(),
    pause: () => worker.pause(true),
    resume: () => worker.resume(),
  };
}
