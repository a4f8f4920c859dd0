import { invalidAnswer } from '../registry-error.js';

/**
 * The next page of a list (`Link: <…>; rel="next"`, RFC 8288), null after the last.
 * @throws {RegistryError} `invalid` when it leads anywhere but to the same list: a registry gets no say in which
 * addresses we call.
 */
export function nextPage(link: string | undefined, origin: URL, path: string): URL | null {
  const address = /<([^<>]{1,2048})>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
  if (address === undefined) return null;
  const url = URL.canParse(address, origin.href) ? new URL(address, origin) : null;
  if (url?.host !== origin.host || url.pathname !== path) throw invalidAnswer('the next page leads out of the list');
  return new URL(`${path}${url.search}`, origin);
}
