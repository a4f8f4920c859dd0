import type { FairShares, SharedRoom } from '@cooperage/domain';
import { maxPassedRequests } from '../http/connection-bounds.js';
import type { RegistryConnections } from './registry-connections.js';

/** What all requests to the registry share. */
export interface RegistryPassage {
  readonly registry: RegistryConnections;
  /** Requests under way at the registry, by what they cost it. */
  readonly shares: { readonly list: FairShares; readonly document: FairShares };
  /** Blobs under way, and bodies of manifests that are not whole yet. Each counts one. */
  readonly transfers: SharedRoom;
  /** Bytes of bodies that are not whole yet, and of answers that nobody reads. */
  readonly room: SharedRoom;
  readonly bounds: RegistryProxyBounds;
}

export interface RegistryProxyBounds {
  /** A connection on which nothing moves for so long ends, unless the registry has all of the request and did not answer yet. */
  readonly stallMs: number;
  /** How long the registry may say nothing while it has a blob: it may read a large one again before it takes it. */
  readonly silentMs: number;
  /** How long the registry may have a list or a document under way, until all of its answer is here. */
  readonly heldMs: number;
  /** How long a list or a document waits for its share. */
  readonly waitMs: number;
  /** Bytes of a list or a document that are read ahead of its reader. A list of as many tags as a project may have is shorter (ADR 84). */
  readonly readAheadBytes: number;
  readonly roomBytes: number;
  readonly transfers: number;
  /** Requests under way, blobs too. */
  readonly requests: number;
}

export const usualBounds: RegistryProxyBounds = {
  stallMs: 60_000,
  silentMs: 600_000,
  heldMs: 60_000,
  waitMs: 10_000,
  readAheadBytes: 8 * 1024 * 1024,
  roomBytes: 128 * 1024 * 1024,
  // The buffers of two connections are some 200 KB.
  transfers: 1_024,
  requests: maxPassedRequests,
};
