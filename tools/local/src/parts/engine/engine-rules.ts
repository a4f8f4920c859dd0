import { rmSync, utimesSync } from 'node:fs';
import { writeJson } from '../../files/atomic-file.ts';
import type { Care } from '../part.ts';

/** Rules that can be compared with what the kernel has. */
export interface Caring {
  /** Sets them as they were made, where the kernel has others now. @returns whether it had. @throws {Error} where it cannot */
  renew(): Promise<boolean>;
}

/**
 * Whether the network rules of one engine are in force, as it was found out last. Builders read the file that it is noted in
 * (`COOPERAGE_ENGINE_RULES`); how old that is says whether anybody still looks.
 */
export class EngineRules {
  readonly file: string;
  private readonly rules: readonly Caring[];
  private readonly unfiltered: () => string | undefined;
  private readonly unraised: () => readonly string[];
  private noted: Care | undefined;

  /**
   * @param unfiltered why what the engine fetches could not be filtered from the start, where that is so
   * @param unraised raises limits that the whole machine shares, and says which it cannot (`raiseKernelLimits`)
   */
  constructor(
    rules: readonly Caring[],
    unfiltered: () => string | undefined,
    unraised: () => readonly string[],
    file: string,
  ) {
    this.rules = rules;
    this.unfiltered = unfiltered;
    this.unraised = unraised;
    this.file = file;
  }

  /** Compares the rules, sets again what is not as it was made, and notes how it stands. */
  async keep(): Promise<Care> {
    return this.note(await this.look());
  }

  /** To be called once the engine has ended. */
  forget(): void {
    this.noted = undefined;
    rmSync(this.file, { force: true });
  }

  private async look(): Promise<Care> {
    const renewals = this.noted?.renewals ?? 0;
    const unraised = this.unraised();
    try {
      let renewed = false;
      for (const each of this.rules) renewed = (await each.renew()) || renewed;
      const unfiltered = this.unfiltered();
      const state = unfiltered === undefined ? 'in-force' : 'unfiltered';
      return { state, detail: unfiltered ?? '', renewals: renewals + (renewed ? 1 : 0), unraised };
    } catch (error) {
      return { state: 'missing', detail: (error as Error).message.replace(/\s+/g, ' ').trim(), renewals, unraised };
    }
  }

  private note(care: Care): Care {
    const isNew = JSON.stringify(care) !== JSON.stringify(this.noted);
    this.noted = care;
    if (isNew) writeJson(this.file, care);
    else utimesSync(this.file, new Date(), new Date());
    return care;
  }
}
