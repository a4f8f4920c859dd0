import { FairShares, type GroupedLimits } from '@cooperage/domain';
import { tokenHash } from '../auth/api-token.js';
import type { TokenHolder } from '../auth/principal.js';
import type { PrincipalsService } from '../auth/principals.service.js';
import { addressGroup, addressSite } from '../http/client-address.js';

/** Tokens that are looked up at once to know in which share their calls count. One look is a query by a key. */
const atOnce: GroupedLimits = { total: 8, perKey: 2, perGroup: 2 };
const mostWaiting = 32;
const maxWaitMs = 5_000;

/**
 * Whose share a call for a registry token counts in. People who pull images show an API token, and share their address with strangers, or the
 * slots of calls without a token.
 */
export class RegistryCallers {
  private readonly looks: FairShares;
  private readonly looked = new WeakMap<object, TokenHolder | null>();

  constructor(
    private readonly principals: Pick<PrincipalsService, 'byToken' | 'lastHolderOf'>,
    limits: GroupedLimits = atOnce,
  ) {
    this.looks = new FairShares(limits, mostWaiting);
  }

  /**
   * Null for a call that counts by its address: without a token, with one that is wrong, and where so many wrong ones came from there that
   * none is looked up any more. A token that was right lately costs no look; each look of another has its turn by address.
   */
  async holderOf(request: object, password: string | null, address: string): Promise<string | null> {
    if (password === null || tokenHash(password) === undefined) return null;
    const known = this.principals.lastHolderOf(password);
    if (known !== null) return known;
    const signal = AbortSignal.timeout(maxWaitMs);
    const release = await this.looks.take(addressGroup(address), signal, addressSite(address));
    if (release === null) return null;
    try {
      return (await this.look(request, password, address))?.userId ?? null;
    } catch {
      // The call itself looks again, and says what is wrong.
      return null;
    } finally {
      release();
    }
  }

  /** As `PrincipalsService.byToken`, once for a request. */
  async look(request: object, password: string, address: string): Promise<TokenHolder | null> {
    const known = this.looked.get(request);
    if (known !== undefined) return known;
    const holder = await this.principals.byToken(password, address);
    this.looked.set(request, holder);
    return holder;
  }
}
