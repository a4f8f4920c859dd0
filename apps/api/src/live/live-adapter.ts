import { SharedRoom } from '@cooperage/domain';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions } from 'socket.io';
import { maxLiveConnections } from '../http/connection-bounds.js';
import { guardConnections } from './guard-connections.js';
import { liveOptions } from './live-options.js';

/** A quarter of the memory that Compose gives the process. */
const defaultMaxWaitingBytes = 256 * 1024 * 1024;

export interface LiveLimits {
  readonly maxConnections?: number;
  /** Most bytes that wait for all connections together. Beyond them the oldest of the person with the most ends. */
  readonly maxWaitingBytes?: number;
}

/** Nest's socket.io adapter with options that are known only at run time. */
export class LiveAdapter extends IoAdapter {
  private server: Server | undefined;

  constructor(
    app: INestApplicationContext,
    private readonly publicUrl: string,
    private readonly limits: LiveLimits = {},
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const connections = () => this.server?.engine.clientsCount ?? 0;
    const { maxConnections = maxLiveConnections, maxWaitingBytes = defaultMaxWaitingBytes } = this.limits;
    const ours = liveOptions(this.publicUrl, connections, maxConnections);
    this.server = super.createIOServer(port, { ...options, ...ours } as ServerOptions) as Server;
    guardConnections(this.server, new SharedRoom(maxWaitingBytes));
    return this.server;
  }
}
