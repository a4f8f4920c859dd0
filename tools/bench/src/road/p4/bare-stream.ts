import { EngineConnection } from '@cooperage/buildkit';
import { TickReader } from './ticks.js';

/** `moby.buildkit.v1.Control/Status`: what the engine says of a Solve that somebody else started. */
const statusMethod = {
  path: 'moby.buildkit.v1.Control/Status',
  request: 'StatusRequest',
  answer: 'StatusResponse',
} as const;

/** The floor: the engine's own stream, read in this process with nothing behind it. */
export class BareStream {
  readonly reader = new TickReader();
  private readonly connection: EngineConnection;

  constructor(
    address: string,
    private readonly offsetMs: number,
  ) {
    this.connection = new EngineConnection({ address });
  }

  /** Attaches to a running Solve. @returns what resolves when the engine has said everything */
  async follow(reference: string): Promise<{ readonly done: Promise<void> }> {
    const call = await this.connection.start(statusMethod, { Ref: reference }, ({ logs }) => {
      const atMs = performance.now() + this.offsetMs;
      for (const { msg } of logs) this.reader.push(msg, atMs);
    });
    return { done: call.done };
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
