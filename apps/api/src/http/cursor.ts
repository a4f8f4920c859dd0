import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Page } from '@cooperage/contracts';
import type { KeysetPage, KeysetQuery } from '@cooperage/db';
import { currentCaller } from './caller.js';
import { ApiProblem } from './problem.js';

const macBytes = 16;
const maxLength = 512;

/**
 * Cursors of lists: the key of a page's last item, authenticated together with the list that it belongs to and the caller who
 * got it. A cursor that was made up, or taken from another list or caller, is refused.
 */
export class CursorCodec {
  private readonly keys: readonly Buffer[];

  /** @param secrets the first one signs, every one is accepted. */
  constructor(secrets: readonly string[]) {
    this.keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'cooperage list cursor', 32)));
  }

  /** @param list names the list with all its filters. */
  encode(list: string, key: string): string {
    const text = Buffer.from(key);
    return Buffer.concat([mac(this.keys[0]!, list, text), text]).toString('base64url');
  }

  /** @throws {ApiProblem} `bad_request` for a cursor that is not this list's own. */
  decode(list: string, cursor: string): string {
    const bytes = Buffer.from(cursor.slice(0, maxLength), 'base64url');
    const [given, text] = [bytes.subarray(0, macBytes), bytes.subarray(macBytes)];
    const known = this.keys.some((key) => given.length === macBytes && timingSafeEqual(given, mac(key, list, text)));
    if (!known) throw new ApiProblem('bad_request', { detail: 'This cursor does not belong to this list.' });
    return text.toString();
  }

  /** Reads a list's query. @throws {ApiProblem} `bad_request`. */
  query(list: string, query: { readonly cursor?: string; readonly limit: number }): KeysetQuery {
    return { after: query.cursor === undefined ? null : this.decode(list, query.cursor), limit: query.limit };
  }

  page<R, T>(list: string, page: KeysetPage<R>, present: (record: R) => T): Page<T> {
    return { items: page.items.map(present), next: page.next === null ? null : this.encode(list, page.next) };
  }
}

function mac(key: Buffer, list: string, text: Buffer): Buffer {
  return createHmac('sha256', key).update(`${currentCaller()}\0${list}\0`).update(text).digest().subarray(0, macBytes);
}
