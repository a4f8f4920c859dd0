import { type JobName, type JobPayload, jobCatalogue } from '@cooperage/contracts';
import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type WorkerAddress, workerQueue } from './worker-queue.js';

export interface JobWorkerOptions<J extends JobName> {
  readonly job: J;
  readonly address: WorkerAddress;
  /** A `consumer` connection; BullMQ makes a second one from it for its blocking read. */
  readonly redis: Redis;
  readonly concurrency: number;
  readonly onError: (error: Error) => void;
  readonly handle: (payload: JobPayload<J>) => Promise<void>;
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
export function startJobWorker<J extends JobName>(options: JobWorkerOptions<J>): JobWorker {
  const worker = new Worker(
    workerQueue(options.job, options.address),
    async (job) => {
      const payload = jobCatalogue[options.job].parse(job.data) as JobPayload<J>;
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
