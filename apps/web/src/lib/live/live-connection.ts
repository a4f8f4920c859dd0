import type {
  BuildChange,
  ClientMessage,
  ClientPayload,
  DeliveryChange,
  StepsChange,
  SubscribeAnswer,
} from '@cooperage/contracts';

export interface LogHead {
  readonly buildId: string;
  readonly attempt: number;
  readonly nextN: number;
  readonly packed?: 'deflate-raw';
}

/** Events of the socket catalogue that pages listen to. Binary arrives as an ArrayBuffer in browsers. */
export interface LiveEvents {
  'log:frames': (head: LogHead, frames: ArrayBuffer) => void;
  'log:lagging': (head: Omit<LogHead, 'nextN'>) => void;
  'log:complete': (head: LogHead) => void;
  'build:changed': (change: BuildChange) => void;
  'steps:changed': (change: StepsChange) => void;
  'delivery:changed': (change: DeliveryChange) => void;
  'workers:changed': () => void;
  'everything:changed': () => void;
}

/** A socket as `web-socket.ts` makes it. It is closed until `connect`, and does not connect again by itself. */
export interface LiveSocket {
  readonly connected: boolean;
  connect(): unknown;
  disconnect(): unknown;
  emit(message: string, payload: unknown, acknowledge: (answer: SubscribeAnswer) => void): unknown;
  on(event: string, listener: (...values: never[]) => void): unknown;
  off(event: string, listener: (...values: never[]) => void): unknown;
}

export type LiveState =
  | { readonly kind: 'off' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** Pages ask by HTTP, again and again, until the socket is there. */
  | { readonly kind: 'polling'; readonly reason: string };

/** A socket that is not there after this long is given up for now; pages poll. */
export const connectWithinMs = 3000;
/** A connection that was lost or refused is tried again after this long, then after twice as long and so on, to the longest. */
const retryMs = { first: 1000, longest: 5000 };
/** A message that was not answered for this long will not be. */
const answerWithinMs = 5000;
/** A page change gives the socket up and takes it again; it stays open over that. */
const lingerMs = 5000;

/** The one socket of a tab: opened by its first user, closed after its last, with a state that says how data arrives. */
export class LiveConnection {
  private socket: LiveSocket | null = null;
  private users = 0;
  private tries = 0;
  private state: LiveState = { kind: 'off' };
  private readonly listeners = new Set<() => void>();
  private readonly handlers = new Set<{ event: string; listener: (...values: never[]) => void }>();
  private giveUpTimer: ReturnType<typeof setTimeout> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private lingerTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly open: () => LiveSocket) {}

  readonly current = (): LiveState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Keeps the socket open until the returned function is called. */
  acquire(): () => void {
    this.users++;
    clearTimeout(this.lingerTimer);
    if (this.state.kind === 'off') this.start();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.users--;
      if (this.users === 0) this.lingerTimer = setTimeout(() => this.stop(), lingerMs);
    };
  }

  /** Listens to an event, on the socket that is there and on one that is opened later. */
  on<E extends keyof LiveEvents>(event: E, listener: LiveEvents[E]): () => void {
    const entry = { event, listener };
    this.handlers.add(entry);
    this.socket?.on(event, listener);
    return () => {
      this.handlers.delete(entry);
      this.socket?.off(event, listener);
    };
  }

  /** @returns null when there is no connection to send over, or it was lost or silent before there was an answer. */
  async ask<M extends ClientMessage>(message: M, payload: ClientPayload<M>): Promise<SubscribeAnswer | null> {
    const socket = this.socket;
    if (!socket?.connected) return null;
    const asked = Promise.withResolvers<SubscribeAnswer | null>();
    const giveUp = (): void => asked.resolve(null);
    const timer = setTimeout(giveUp, answerWithinMs);
    socket.on('disconnect', giveUp);
    socket.emit(message, payload, asked.resolve);
    try {
      return await asked.promise;
    } finally {
      clearTimeout(timer);
      socket.off('disconnect', giveUp);
    }
  }

  /** After sleep or a network change the next try need not wait for its turn. */
  wake(): void {
    if (this.socket && !this.socket.connected && this.users > 0) this.socket.connect();
  }

  private start(): void {
    this.change({ kind: 'connecting' });
    this.giveUpLater();
    this.socket ??= this.made();
    this.socket.connect();
  }

  private made(): LiveSocket {
    const socket = this.open();
    for (const { event, listener } of this.handlers) socket.on(event, listener);
    socket.on('connect', () => this.connected());
    socket.on('disconnect', (reason: string) => this.lost(disconnectReason(reason)));
    socket.on('connect_error', (error: Error) => this.lost(connectReason(error.message)));
    return socket;
  }

  private stop(): void {
    clearTimeout(this.giveUpTimer);
    clearTimeout(this.retryTimer);
    this.socket?.disconnect();
    this.change({ kind: 'off' });
  }

  private connected(): void {
    clearTimeout(this.giveUpTimer);
    clearTimeout(this.retryTimer);
    this.tries = 0;
    this.change({ kind: 'live' });
  }

  private lost(reason: string): void {
    if (this.state.kind === 'off') return;
    clearTimeout(this.giveUpTimer);
    this.change({ kind: 'polling', reason });
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => this.wake(), this.untilRetryMs());
  }

  /** Not the same for all pages that lost one server at one moment. */
  private untilRetryMs(): number {
    const ms = Math.min(retryMs.longest, retryMs.first * 2 ** this.tries++);
    return ms * (0.5 + Math.random() / 2);
  }

  private giveUpLater(): void {
    this.giveUpTimer = setTimeout(
      () => this.lost(`the socket did not answer within ${connectWithinMs / 1000} s`),
      connectWithinMs,
    );
  }

  private change(state: LiveState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

function connectReason(message: string): string {
  if (message === 'websocket error') return 'the WebSocket connection was refused or blocked';
  if (message === 'timeout') return 'the WebSocket connection was not answered in time';
  if (message === 'unauthenticated') return 'the session has ended';
  return 'the live service refused the connection';
}

function disconnectReason(reason: string): string {
  if (reason === 'io server disconnect') return 'the live service closed the connection';
  if (reason === 'ping timeout') return 'the connection went silent';
  return 'the connection was cut';
}
