import { z } from 'zod';

/** Path of the socket on the one public origin; WebSocket is the only transport. */
export const socketPath = '/api/live';

/** Client → server. Every message is answered by an acknowledgement of `SubscribeAnswer`. */
export const clientMessages = {
  /**
   * Frames of a build's log from a cursor on; ends by itself when the attempt's log is complete. A cursor beyond the end of
   * the log is answered with `bad_request`. With `packed`, frames of a log that prints fast come in that form (RFC 1951).
   */
  'log:subscribe': z.strictObject({
    buildId: z.uuid(),
    attempt: z.number().int().min(1).max(1000),
    from: z.number().int().min(0),
    packed: z.literal('deflate-raw').optional(),
  }),
  'log:unsubscribe': z.strictObject({ buildId: z.uuid(), attempt: z.number().int().min(1).max(1000) }),
  /** Changes of one project's builds, or of all builds of an organization. */
  'builds:subscribe': z.union([
    z.strictObject({ projectId: z.uuid() }),
    z.strictObject({ organizationId: z.string().max(64) }),
  ]),
  'builds:unsubscribe': z.union([
    z.strictObject({ projectId: z.uuid() }),
    z.strictObject({ organizationId: z.string().max(64) }),
  ]),
} as const;
export type ClientMessage = keyof typeof clientMessages;
export type ClientPayload<M extends ClientMessage> = z.infer<(typeof clientMessages)[M]>;

export type SubscribeAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'not_found' | 'unauthenticated' | 'bad_request' | 'too_many' };

export interface LogFramesHead {
  readonly buildId: string;
  readonly attempt: number;
  readonly nextN: number;
  /** Only to who asked for it. */
  readonly packed?: 'deflate-raw';
}

/** Server → client. */
export interface ServerMessages {
  /** `frames` is the binary form of `encodeLogEntries`, packed where the head says so. */
  'log:frames': (head: LogFramesHead, frames: Uint8Array) => void;
  /** This viewer reads slower than the build prints; it is being served from the archive. */
  'log:lagging': (head: { buildId: string; attempt: number }) => void;
  'log:complete': (head: { buildId: string; attempt: number; nextN: number }) => void;
  /** A build changed; the page asks for its data again. `version` only grows. */
  'build:changed': (change: BuildChange) => void;
  /** Steps of an attempt moved; sent to whoever follows the project. The page asks for its data again. */
  'steps:changed': (change: StepsChange) => void;
  /** A delivery came, was refused, or was judged; the page asks for its data again. */
  'delivery:changed': (change: DeliveryChange) => void;
  /** A process began or ended, or a worker shall drain or go on; the page of workers asks for its data again. */
  'workers:changed': () => void;
  /** More builds or deliveries of what the page follows changed at once than are named; the page asks for its data again. */
  'everything:changed': () => void;
}

/** Both ids are null where notifications were lost and anything may have changed. */
export const deliveryChangeSchema = z.object({
  projectId: z.uuid().nullable(),
  organizationId: z.string().nullable(),
});
export type DeliveryChange = z.infer<typeof deliveryChangeSchema>;

export const buildChangeSchema = z.object({
  buildId: z.uuid(),
  projectId: z.uuid(),
  organizationId: z.string(),
  number: z.number().int(),
  version: z.number().int(),
  status: z.string(),
  phase: z.string().nullable(),
  attempt: z.number().int(),
});
export type BuildChange = z.infer<typeof buildChangeSchema>;

export const stepsChangeSchema = z.object({
  buildId: z.uuid(),
  projectId: z.uuid(),
  attempt: z.number().int(),
});
export type StepsChange = z.infer<typeof stepsChangeSchema>;
