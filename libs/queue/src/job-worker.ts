import { type JobName, type JobPayload, jobCatalogue } from '@cooperage/contracts';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type WorkerAddress, workerQueue } from './worker-queue.js';

export interface JobWorkerOptions<J extends JobName> {
  readonly job: J;
  readonly address: WorkerAddress;
  /** A `consumer` connection; BullMQ makes a second one from it for its blocking read. */
  readonly redis: Redis;
  /** A `producer` connection, by which the queue is looked at. The caller closes it. */
  readonly lookBy: Redis;
  readonly concurrency: number;
  readonly onError: (error: Error) => void;
  readonly handle: (payload: JobPayload<J>) => Promise<void>;
}

/** What waits in a queue now. */
export interface QueueLook {
  readonly waiting: number;
  /** Id of the job that is next; null where nothing waits. */
  readonly next: string | null;
}

export interface JobWorker {
  close(): Promise<void>;
  /** Takes no further job; those under way go on. */
  pause(): Promise<void>;
  resume(): void;
  /** Nothing waits for a receiver that is paused. @throws when Redis does not answer */
  look(): Promise<QueueLook>;
  /** Receives by new connections. What is under way goes on; BullMQ may deliver it once more. */
  restart(): Promise<void>;
}

/**
 * Receives jobs of one queue. BullMQ only carries them: a redelivered job finds its work claimed and ends, so stalled
 * jobs may be delivered as often as BullMQ likes.
 */
export function startJobWorker<J extends JobName>(options: JobWorkerOptions<J>): JobWorker {
  return new Receiver(options);
}

class Receiver<J extends JobName> implements JobWorker {
  private readonly queue: Queue;
  private worker: Worker;
  private isPaused = false;

  constructor(private readonly options: JobWorkerOptions<J>) {
    this.queue = new Queue(workerQueue(options.job, options.address), { connection: options.lookBy });
    this.queue.on('error', () => undefined); // the connection's own handler has told of it
    this.worker = this.start();
  }

  async close(): Promise<void> {
    await this.worker.close();
    await this.queue.close();
  }

  pause(): Promise<void> {
    this.isPaused = true;
    return this.worker.pause(true);
  }

  resume(): void {
    this.isPaused = false;
    this.worker.resume();
  }

  async look(): Promise<QueueLook> {
    if (this.isPaused) return { waiting: 0, next: null };
    const [waiting, [next]] = await Promise.all([
      this.queue.getWaitingCount(),
      this.queue.getRanges(['wait'], 0, 0, true) as Promise<string[]>,
    ]);
    return { waiting, next: next ?? null };
  }

  async restart(): Promise<void> {
    const before = this.worker;
    this.worker = this.start();
    if (this.isPaused) await this.worker.pause(true);
    await before.close(true);
  }

  private start(): Worker {
    const { job: name, address, redis, concurrency, onError, handle } = this.options;
    const worker = new Worker(
      workerQueue(name, address),
      async (job) => handle(jobCatalogue[name].parse(job.data) as JobPayload<J>),
      { connection: redis, concurrency, maxStalledCount: 1_000_000, lockDuration: 30_000 },
    );
    worker.on('error', onError);
    worker.on('failed', (_job, error) => onError(error));
    return worker;
  }
}
