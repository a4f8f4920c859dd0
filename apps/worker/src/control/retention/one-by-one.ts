import { isDatabaseUnavailable } from '@cooperage/db';
import { isRegistryError } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import type { Failures } from './failures.js';

/** After so many failures in a row what fails for a reason of its own is put off. */
const mostTries = 10;
/** While registry or database are away: half an hour of tries, a minute apart. */
const mostPatientTries = 30;
const longestReason = 300;

/** Does deletions of one turn one after the other: one that fails does not stop those behind it, and comes to an end. */
export class OneByOne {
  private failure: { readonly error: unknown } | null = null;
  /** Something of this turn has waited for registry or database for as long as anything may. */
  private isAwayTooLong = false;

  /** @param failures of the same project, from turn to turn */
  constructor(
    private readonly failures: Failures,
    private readonly logger: Logger,
  ) {}

  /**
   * @param signal aborted when nothing more may be begun
   * @param putOff has an item looked at again much later, with the reason for a person
   * @returns how many were done
   * @throws the signal's reason; what says that registry or database are away, since those behind would only wait as long
   */
  async each<Item extends { readonly id: string }>(
    items: Iterable<Item>,
    signal: AbortSignal | undefined,
    work: (item: Item) => Promise<void>,
    putOff: (item: Item, reason: string) => Promise<void>,
  ): Promise<number> {
    let done = 0;
    for (const item of items) {
      signal?.throwIfAborted();
      try {
        await work(item);
        this.forget(item.id);
        done += 1;
      } catch (error) {
        signal?.throwIfAborted();
        await this.failed(item.id, error, (reason) => putOff(item, reason));
      }
    }
    return done;
  }

  /** Has the work taken again where something failed that was not put off. @throws the first such error */
  end(): void {
    if (this.failure) throw this.failure.error;
  }

  /** Whether it is the error of a deletion, which was counted with it. */
  hasCounted(error: unknown): boolean {
    return this.failure?.error === error;
  }

  private async failed(id: string, error: unknown, putOff: (reason: string) => Promise<void>): Promise<void> {
    const isAway = isRegistryError(error) ? error.kind === 'unavailable' : isDatabaseUnavailable(error);
    const tries = this.failures.add(isAway ? awayOf(id) : id);
    if (isAway ? this.isAwayTooLong || tries >= mostPatientTries : tries >= mostTries) {
      this.logger.error({ err: error, tries }, 'a deletion was put off: it failed each time');
      await putOff(reasonOf(error));
      this.isAwayTooLong ||= isAway;
      this.forget(id);
      return;
    }
    if (isAway) {
      this.failure = { error };
      throw error;
    }
    this.logger.warn({ err: error, tries }, 'a deletion failed');
    this.failure ??= { error };
  }

  private forget(id: string): void {
    this.failures.forget(id);
    this.failures.forget(awayOf(id));
  }
}

const awayOf = (id: string) => `away ${id}`;

/** A message of the registry's client is fit for a person. */
function reasonOf(error: unknown): string {
  return isRegistryError(error)
    ? error.message.slice(0, longestReason)
    : 'an error of the service, which the log of control has';
}
