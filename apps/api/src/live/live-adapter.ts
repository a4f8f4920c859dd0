import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions } from 'socket.io';
import { guardConnections } from './guard-connections.js';
import { liveOptions } from './live-options.js';

const defaultMaxConnections = 10_000;

/** Nest's socket.io adapter with options that are known only at run time. */
export class LiveAdapter extends IoAdapter {
  private server: Server | undefined;

  constructor(
    app: INestApplicationContext,
    private readonly publicUrl: string,
    private readonly maxConnections = defaultMaxConnections,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const connections = () => this.server?.engine.clientsCount ?? 0;
    const ours = liveOptions(this.publicUrl, connections, this.maxConnections);
    this.server = super.createIOServer(port, { ...options, ...ours } as ServerOptions) as Server;
    guardConnections(this.server);
    return this.server;
  }
}
