import type { Redis } from 'ioredis';

const channelPrefix = 'cooperage:log:';

/** What may be on its way to Redis. A frame more is dropped: viewers get it from the archive. */
const mostBytesUnderWay = 4_194_304;

type OnFrame = (frame: Uint8Array) => void;

/**
 * Frames of build logs over Redis, one channel for each attempt: the log road's `LiveBus`. Publishing is fire and
 * forget; Redis keeps nothing, so whoever was away reads the archive. An empty frame says "look into the archive".
 */
export class RedisLiveBus {
  private readonly listeners = new Map<string, Set<OnFrame>>();
  private readonly publisher: Redis;
  private readonly onError: (error: Error) => void;
  private subscriber: Redis | undefined;
  private bytesUnderWay = 0;

  /**
   * @param publisher a `producer` connection; the caller closes it. The first subscription opens one more like it.
   * @param onError told of every error of that other connection, which connects again by itself
   */
  constructor(publisher: Redis, onError: (error: Error) => void) {
    this.publisher = publisher;
    this.onError = onError;
  }

  /** Never waits, never throws. `false` when the frame was dropped at once. */
  publish(attemptId: string, frame: Uint8Array): boolean {
    if (this.publisher.status !== 'ready') return false;
    // A command is given up after its time, and its bytes wait in the connection all the same.
    const waiting = Math.max(this.bytesUnderWay, this.publisher.stream.writableLength);
    if (waiting + frame.length > mostBytesUnderWay) return false;
    this.bytesUnderWay += frame.length;
    const settle = () => {
      this.bytesUnderWay -= frame.length;
    };
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    this.publisher.publish(channelPrefix + attemptId, bytes).then(settle, settle);
    return true;
  }

  /**
   * Never waits, never throws. `onFrame` gets an empty frame whenever the subscription becomes active, at first and
   * after each reconnect: frames from before that moment may be missed. Returns the function that ends it.
   */
  subscribe(attemptId: string, onFrame: OnFrame): () => void {
    const channel = channelPrefix + attemptId;
    const listeners = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, listeners);
    // Two subscriptions with one function are still two.
    const listener: OnFrame = (frame) => onFrame(frame);
    listeners.add(listener);
    this.subscriber ??= this.connectSubscriber();
    this.activate([channel], [listener]);
    return () => this.unsubscribe(channel, listener);
  }

  /** Ends all subscriptions. */
  close(): void {
    this.listeners.clear();
    this.subscriber?.disconnect();
    this.subscriber = undefined;
  }

  private unsubscribe(channel: string, listener: OnFrame): void {
    const listeners = this.listeners.get(channel);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    this.listeners.delete(channel);
    if (this.subscriber?.status === 'ready') this.subscriber.unsubscribe(channel).catch(() => undefined);
  }

  private connectSubscriber(): Redis {
    const subscriber = this.publisher.duplicate({
      // Ours subscribes again itself, for only then it knows when the subscriptions are active.
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: null,
      commandTimeout: undefined,
      lazyConnect: false,
    });
    subscriber.on('error', this.onError);
    subscriber.on('messageBuffer', (channel: Buffer, frame: Buffer) => this.deliver(channel.toString(), frame));
    subscriber.on('ready', () => {
      const channels = [...this.listeners.keys()];
      this.activate(
        channels,
        channels.flatMap((channel) => [...this.listeners.get(channel)!]),
      );
    });
    return subscriber;
  }

  /** Without a connection there is nothing to do: `ready` subscribes to everything. */
  private activate(channels: readonly string[], listeners: readonly OnFrame[]): void {
    if (this.subscriber?.status !== 'ready' || channels.length === 0) return;
    const nudge = () => {
      for (const listener of listeners) listener(new Uint8Array());
    };
    // A failure means that the connection broke, and the next `ready` does this again.
    this.subscriber.subscribe(...channels).then(nudge, () => undefined);
  }

  private deliver(channel: string, frame: Uint8Array): void {
    for (const listener of this.listeners.get(channel) ?? []) listener(frame);
  }
}
