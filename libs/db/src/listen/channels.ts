/** Names of the PostgreSQL notification channels. A notification only wakes: what counts is read from the tables. */
export const channels = {
  /** payload: topic */
  outbox: 'cooperage_outbox',
  /** payload: nothing; a build is waiting or a slot is free */
  dispatch: 'cooperage_dispatch',
  /** payload: nothing; a process has begun or ended */
  process: 'cooperage_process',
  /** payload: nothing; a worker shall drain, or go on */
  drain: 'cooperage_drain',
  /** payload: nothing; somebody wants to know how a part of the installation does */
  check: 'cooperage_check',
  /** payload: build id */
  cancel: 'cooperage_cancel',
  /** payload: JSON of a build's change, for live pages */
  build: 'cooperage_build',
  /** payload: JSON of whose steps have moved, for live pages */
  steps: 'cooperage_steps',
  /** payload: JSON of a delivery's change, for live pages */
  delivery: 'cooperage_delivery',
} as const;
export type Channel = keyof typeof channels;

/** Channels whose notifications say something. One without a text says nothing there, and is dropped. */
export const tellingChannels: ReadonlySet<Channel> = new Set(['build', 'steps', 'delivery']);
