import { type Digest, isDigest, isRepositoryName, type RepositoryName } from '@cooperage/domain';

/** `host[:port]/repository[:tag][@digest]`. The host is always written out: nothing means Docker Hub by silence. */
export interface ImageReference {
  /** Lower case, with port when one is written: `registry.example`, `127.0.0.1:5000`, `[::1]:5000`. */
  readonly host: string;
  readonly repository: RepositoryName;
  readonly tag?: string;
  readonly digest?: Digest;
}

const maxLength = 512;
const hostPattern = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** Whether `value` is `host` or `host:port` of a registry. */
export function isRegistryHost(value: string): boolean {
  if (!hostPattern.test(value) || value.includes('..')) return false;
  const port = /:([0-9]+)$/.exec(value)?.[1];
  return port === undefined || (Number(port) > 0 && Number(port) <= 65_535);
}

/** @throws {TypeError} with a sentence for a person. */
export function parseImageReference(text: string): ImageReference {
  if (text.length > maxLength) throw new TypeError(`an image reference has at most ${maxLength} characters`);
  const [named = '', digest, ...rest] = text.split('@');
  if (rest.length > 0) throw new TypeError('an image reference has one "@" at most');
  if (digest !== undefined && !isDigest(digest)) throw new TypeError('the part after "@" is not a sha256 digest');
  const slash = named.indexOf('/');
  if (slash < 0) throw new TypeError('an image reference starts with the host of its registry');
  const { repository, tag } = splitTag(named.slice(slash + 1));
  return {
    host: checkedHost(named.slice(0, slash)),
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

export function formatImageReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.host}/${reference.repository}${tag}${digest}`;
}

function splitTag(path: string): { repository: RepositoryName; tag?: string } {
  const colon = path.indexOf(':');
  const repository = colon < 0 ? path : path.slice(0, colon);
  if (!isRepositoryName(repository)) throw new TypeError('the repository name is not valid');
  if (colon < 0) return { repository };
  const tag = path.slice(colon + 1);
  if (!tagPattern.test(tag)) throw new TypeError('the tag is not valid');
  return { repository, tag };
}

/** A first part without dot or port is a path of Docker Hub to other tools, so we do not take it for a host. */
function checkedHost(value: string): string {
  const host = value.toLowerCase();
  if (!isRegistryHost(host)) throw new TypeError('the host of the registry is not valid');
  if (!/[.:]/.test(host) && host !== 'localhost')
    throw new TypeError('the host of the registry has no dot and no port');
  return host;
}
