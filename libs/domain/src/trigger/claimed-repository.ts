import type { ForgeKind } from './push-event.js';

/** What a webhook's payload says of the repository that it comes from. A claim, as all of the payload. */
export interface ClaimedRepository {
  /** The git host's own id, which a rename and a transfer keep; null where it sends none. */
  readonly id: string | null;
  /** `owner/name`; null where it sends none. */
  readonly name: string | null;
  /** Clone addresses, in any form. */
  readonly addresses: readonly string[];
}

/** What is known of a project's repository. */
export interface KnownRepository {
  readonly remoteUrl: string;
  /** As `repositoryKey` writes it, from the first delivery that named this address; null before it. */
  readonly repositoryKey: string | null;
}

/** The git host's own id, with the kind of host that gives it out. */
export function repositoryKey(forge: ForgeKind, id: string): string {
  return `${forge}:${id}`;
}

/**
 * Whether a call is about the project's repository. The host's own id decides once it was seen, so a renamed repository is
 * the same one; before that its name or a clone address. Host names are not compared: many a host has one for its people
 * and another for its clients. A call that says nothing of its repository is taken for the project's.
 */
export function isSameRepository(forge: ForgeKind, claimed: ClaimedRepository | null, known: KnownRepository): boolean {
  if (claimed === null) return true;
  const { id, name, addresses } = claimed;
  if (id !== null && known.repositoryKey?.startsWith(`${forge}:`))
    return known.repositoryKey === repositoryKey(forge, id);
  if (name === null && addresses.length === 0) return true;
  const path = repositoryPath(known.remoteUrl);
  if (name !== null && (path === plain(name) || path.endsWith(`/${plain(name)}`))) return true;
  return addresses.some((address) => repositoryPath(address) === path);
}

/**
 * Whether a call names the very address of the project, so that the host's own id in it may be kept. A name alone is not enough:
 * any sender can give one. Scheme and port differ between the ways to clone. A host that its people know by another name keeps
 * no id, and the name goes on deciding.
 */
export function namesAddress({ addresses }: ClaimedRepository, remoteUrl: string): boolean {
  const host = hostOf(remoteUrl);
  return addresses.some(
    (address) => host !== null && hostOf(address) === host && repositoryPath(address) === repositoryPath(remoteUrl),
  );
}

/** Without the port; null where the address has none. */
function hostOf(address: string): string | null {
  const found =
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^/:]*)/i.exec(address) ?? /^(?:[^@/]*@)?([^/:]+):/.exec(address);
  return found?.[1]?.toLowerCase() || null;
}

/** The path of a clone address without `.git`, in lower case: hosts that tell names apart by case alone do not exist. */
export function repositoryPath(address: string): string {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/]*(.*)$/i.exec(address)?.[1] ?? /^[^/]*:(.*)$/.exec(address)?.[1] ?? address;
  return plain(path);
}

function plain(path: string): string {
  return path
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/i, '')
    .toLowerCase();
}
