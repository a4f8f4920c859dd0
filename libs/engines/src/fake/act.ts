import { setTimeout as delay } from 'node:timers/promises';
import { BuildFailure, type FailureCode } from '@cooperage/domain';
import type { EngineEvent } from '../engine.js';
import type { FakeStep } from './args.js';

const floodChunkBytes = 64 * 1024;

/** Does what a step is there for. Throws `StepEnd` when the step fails by itself. */
export async function act(
  { action }: FakeStep,
  stepId: string,
  emit: (event: EngineEvent) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const print = (data: Uint8Array) => emit({ type: 'log', stepId, stream: 1, data, at: new Date() });
  switch (action.kind) {
    case 'nothing':
      return;
    case 'sleep':
      return delay(action.ms, undefined, { signal });
    case 'print':
      return print(Buffer.from(`${action.text}\n`));
    case 'flood':
      for (let left = action.bytes; left > 0; left -= floodChunkBytes) {
        signal.throwIfAborted();
        await print(Buffer.alloc(Math.min(left, floodChunkBytes), 'x'));
        await delay(0);
      }
      return;
    case 'exit':
      throw new StepEnd('StepFailed', `The step ended with exit code ${action.code}.`, action.code);
    case 'oom':
      throw new StepEnd(
        'StepOutOfMemory',
        'A process of the step was killed because it used more memory than allowed.',
        137,
      );
    case 'die':
      throw new BuildFailure('EngineUnavailable', 'The connection to the builder was lost.');
  }
}

/** A step's own end, with the exit code of its process. */
export class StepEnd extends Error {
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}
