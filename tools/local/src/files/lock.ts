import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 200;
/** Result code of SQLite for what another one has locked (SQLITE_BUSY). */
const BUSY = 5;

/** Whoever lets go of the object keeps the lock all the same: a database that is collected is closed. */
const held = new Set<Lock>();

/**
 * A lock of this machine: an empty file of this user that SQLite has locked as a whole. The kernel frees it with its process, so
 * there is never a stale one. Other users can neither take it nor keep it from us, as they could a name that is everybody's.
 */
export class Lock {
  private readonly database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.database = database;
  }

  /**
   * @param file is made where it is missing
   * @returns undefined when somebody holds it.
   */
  static tryTake(file: string): Lock | undefined {
    makeFile(file);
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
      const lock = new Lock(database);
      held.add(lock);
      return lock;
    } catch (error) {
      database.close();
      if ((error as { errcode?: number }).errcode === BUSY) return undefined;
      throw error;
    }
  }

  /** Waits until the lock is free; `onWait` is called once when that takes time. */
  static async take(file: string, onWait: () => void): Promise<Lock> {
    for (let waited = false; ; waited = true) {
      const lock = Lock.tryTake(file);
      if (lock) return lock;
      if (!waited) onWait();
      await sleep(RETRY_MS);
    }
  }

  release(): void {
    held.delete(this);
    this.database.close();
  }
}

/** Never opens a file that is there: as this process closes it again, its locks of it would go (fcntl(2)). */
function makeFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    closeSync(openSync(file, 'ax', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
