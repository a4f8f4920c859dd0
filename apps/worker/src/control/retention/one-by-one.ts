import { isDatabaseUnavailable } from '@cooperage/db';
import { isRegistryError } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';

/** After so many takings in a row what fails for a reason of its own is put off. */
const mostTries = 10;
/** While registry or database are away: half an hour of tries, a minute apart. */
const mostPatientTries = 30;
const longestReason = 300;

/** Does deletions of one turn one after the other: one that fails does not stop those behind it, and comes to an end. */
export class OneByOne {
  private failure: { readonly error: unknown } | null = null;

  /** @param attempts how often this work was taken, with this time */
  constructor(
    private readonly attempts: number,
    private readonly logger: Logger,
  ) {}

  /**
   * @param signal aborted when nothing more may be begun
   * @param putOff has an item looked at again much later, with the reason for a person
   * @returns how many were done
   * @throws the signal's reason; what says that registry or database are away, since those behind would only wait as long
   */
  async each<Item>(
    items: readonly Item[],
    signal: AbortSignal | undefined,
    work: (item: Item) => Promise<void>,
    putOff: (item: Item, reason: string) => Promise<void>,
  ): Promise<number> {
    let done = 0;
    for (const item of items) {
      signal?.throwIfAborted();
      try {
        await work(item);
        done += 1;
      } catch (error) {
        signal?.throwIfAborted();
        await this.failed(error, (reason) => putOff(item, reason));
      }
    }
    return done;
  }

  /** Has the work taken again where something failed that was not put off. @throws the first such error */
  end(): void {
    if (this.failure) throw this.failure.error;
  }

  private async failed(error: unknown, putOff: (reason: string) => Promise<void>): Promise<void> {
    const isAway = isRegistryError(error) ? error.kind === 'unavailable' : isDatabaseUnavailable(error);
    if (this.attempts >= (isAway ? mostPatientTries : mostTries)) {
      this.logger.error({ err: error, tries: this.attempts }, 'a deletion was put off: it failed each time');
      return putOff(reasonOf(error));
    }
    if (isAway) throw error;
    this.logger.warn({ err: error, tries: this.attempts }, 'a deletion failed');
    this.failure ??= { error };
  }
}

/** A message of the registry's client is fit for a person. */
function reasonOf(error: unknown): string {
  return isRegistryError(error)
    ? error.message.slice(0, longestReason)
    : 'an error of the service, which the log of control has';
}
