import { BuildFailure, type DiskRoom, type DiskSpace, diskRooms, diskRoomText } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { diskSpace } from '../shared/disk-space.js';
import { WakeLoop } from '../shared/wake-loop.js';
import type { EngineEnd } from './engine-end.js';
import type { EnginePruner } from './engine-pruner.js';
import { fallPart, RoomWatch } from './room-watch.js';
import { ShortageMemory } from './shortage-memory.js';
import { endsDue, type Patience, patienceOf, times } from './shortage-patience.js';

export const cannotBeEmptied = 'the engine that nobody uses cannot be emptied';

const nothingLeft = 'The engine has no cache on it that could be removed: something else fills it.';

/** A disk takes a gigabyte or two in a second. */
const everyMs = 500;
const limitMs = 30_000;
/** Ten seconds: an engine that is away, or has something in use, is not emptied sooner for being asked at each look. */
const looksBetweenTries = 20;
/** Below this part of the floor all builds end: ending those that were known to grow has not helped. */
const lastPart = 0.5;

/** The builds that run here. */
export interface DiskUsers {
  /** Called at each look, with what the disk has; nothing where it does not say. */
  look(rooms: readonly DiskRoom[]): void;
  /** The disk has become short, or has had enough for so long that it is over. */
  noteShortage(of: DiskRoom['of'], what: 'begins' | 'is over'): void;
  /** Ends the one that let the disk grow most lately, see `HeldAttempts`. @returns false where it is not known of any */
  stopLargest(goneBytes: number, failure: (why: string) => BuildFailure, of: DiskRoom['of']): boolean;
  /** Ends those since whose begin so many bytes have gone, the likeliest cause first. @returns how many */
  stopSuspects(of: DiskRoom['of'], leastFall: number, most: number, failure: (why: string) => BuildFailure): number;
  stopAll(failure: BuildFailure): void;
  /** Whether one was stopped that has not ended, and may still let the disk grow. */
  readonly isStopping: boolean;
  /** How many there are. */
  readonly size: number;
}

/**
 * What has to stay free on the disk of this worker: 5 % of its bytes, at most 4 GiB, and of its inodes, at most a million. Limits of single builds do not count what the
 * engine itself writes for them (COPY, ADD, unpacked layers), and the database often lies on the same disk: a builder's
 * builds end before everybody's writes fail. Those that let it grow end first, one after the other while it shrinks, and then those that may
 * have done so, while it stays short. The cache of
 * the engine gives way before any of them, see `EnginePruner`.
 */
export class DiskFloor {
  readonly loop: WakeLoop;
  private shortage: string | null = null;
  private users: DiskUsers | null = null;
  private emptyUnused = async () => {};
  private looksUntilTry = 0;
  private hasWarned = false;
  private readonly watches = { bytes: new RoomWatch(), files: new RoomWatch() };
  private readonly memory = new ShortageMemory();

  /**
   * @param folder any on the disk that is shared with the engine. A disk that does not say how full it is has no floor.
   * @param patience of the pool with a shortage of which no cause is known
   */
  constructor(
    private readonly folder: string,
    private readonly logger: Logger,
    private readonly end: Pick<EngineEnd, 'ask'>,
    private readonly pruner: Pick<EnginePruner, 'look' | 'hasNothingLeft'>,
    private readonly spaceOf: (folder: string) => Promise<DiskSpace> = diskSpace,
    private readonly patience: Patience = patienceOf('strangers'),
  ) {
    this.loop = new WakeLoop('disk floor', everyMs, logger, () => this.look(), limitMs);
  }

  /** Why no build may start now, as a sentence for an operator. */
  get obstacle(): string | null {
    if (this.shortage === null) return null;
    return `It takes no builds: ${this.shortage}${this.pruner.hasNothingLeft ? ` ${nothingLeft}` : ''}`;
  }

  /** @param emptyUnused frees what an engine keeps that nobody uses. Called again and again while no build may start. What it throws is logged once for a shortage */
  start(users: DiskUsers, emptyUnused: () => Promise<void> = async () => {}): void {
    this.users = users;
    this.emptyUnused = emptyUnused;
    this.loop.start();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  async look(): Promise<void> {
    const space = await this.spaceOf(this.folder).catch(() => null);
    const rooms = space ? diskRooms(space) : [];
    this.users?.look(rooms);
    if (!space) return;
    const short = this.watch(rooms);
    if (short.length > 0 === (this.shortage === null))
      this.logger[short.length > 0 ? 'error' : 'info']({ rooms }, 'the disk has too little space, or enough again');
    this.shortage = short.length > 0 ? `its disk ${short.map(diskRoomText).join('; it ')}.` : null;
    this.pruner.look(space, short);
    this.makeRoom(short);
    if (short.length === 0) this.hasWarned = false;
    // Nobody may come in who would empty it (R10-C1).
    if (short.length === 0 || this.users?.size !== 0) this.looksUntilTry = 0;
    else if (this.looksUntilTry-- <= 0) this.tryToEmpty();
  }

  /** @returns those that are short */
  private watch(rooms: readonly DiskRoom[]): DiskRoom[] {
    for (const room of rooms) this.watches[room.of].look(room);
    const short = rooms.filter((room) => this.watches[room.of].isShort);
    this.memory.look(
      short.length > 0,
      short.some((room) => this.watches[room.of].hasRisen),
    );
    for (const { of } of rooms) {
      if (this.watches[of].hasBegun) this.users?.noteShortage(of, 'begins');
      if (!this.memory.isOver) continue;
      this.watches[of].forget();
      this.users?.noteShortage(of, 'is over');
    }
    return short;
  }

  private tryToEmpty(): void {
    this.looksUntilTry = looksBetweenTries - 1;
    this.emptyUnused().catch((error: unknown) => {
      if (!this.hasWarned) this.logger.warn({ err: error }, cannotBeEmptied);
      this.hasWarned = true;
    });
  }

  private makeRoom(short: readonly DiskRoom[]): void {
    // Some work of an engine ignores a stop (ADR 80). The engine goes before the builds of other engines have to.
    if (this.users?.isStopping && short.some((room) => this.watches[room.of].goesOn(room))) {
      void this.end.ask(`it goes on for a build that was stopped, and ${this.shortage}`);
      for (const room of short) this.watches[room.of].asked(room);
    }
    if (short.some(({ free, floor }) => free < floor * lastPart)) {
      this.users?.stopAll(new BuildFailure('DiskFull', `The builder ended its builds: ${this.shortage}`));
      for (const room of short) if (this.watches[room.of].hasFallen(room)) this.ended(room);
      return;
    }
    const failure = (why: string) =>
      new BuildFailure('DiskFull', `The builder ended this build, ${why}: ${this.shortage}`);
    const others: DiskRoom[] = [];
    for (const room of short) {
      const watch = this.watches[room.of];
      const gone = watch.gone(room) * room.bytesOfOne;
      if (watch.hasFallen(room) && this.users?.stopLargest(gone, failure, room.of)) this.ended(room);
      else others.push(room);
    }
    this.endSuspects(others, failure);
  }

  /**
   * Not all that a build takes can be seen, and while the disk is short nobody's builds are taken (R22B-4). So a shortage that lasts ends those
   * since whose begin the disk has lost something. What was taken before, as an operator's own files, ends none of them.
   */
  private endSuspects(short: readonly DiskRoom[], failure: (why: string) => BuildFailure): void {
    const due = endsDue(this.memory.age, times(this.patience, this.memory.factor));
    if (due === 'none') return;
    // An engine may delete for long after the last one has ended.
    if (this.users?.size === 0 && this.memory.age.looksSinceEnd >= this.patience.untilAll) this.memory.wasInVain();
    for (const room of short) {
      // Of one at a time only what matters; in the end there is no smallest amount to stay below.
      const [leastFall, most] = due === 'all' ? [1, Infinity] : [room.floor * fallPart * room.bytesOfOne, 1];
      if (!this.users?.stopSuspects(room.of, leastFall, most, failure)) continue;
      this.ended(room);
      if (due === 'one') return;
    }
    this.memory.judged();
  }

  private ended(room: DiskRoom): void {
    this.watches[room.of].ended(room);
    this.memory.ended();
  }
}
