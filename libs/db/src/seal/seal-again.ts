import { type MasterKeys, openBox, SealedBoxError, sealBox, sealedSubject } from '@cooperage/domain';
import type { BoxPlace, SealedBoxRepository, StoredBox } from './sealed-box-repository.js';

export interface SealedAgain {
  readonly sealedAgain: number;
  /** Sealed by a key that is not in the list: nobody can read these. */
  readonly lost: number;
}

/**
 * Seals everything with the first master key that an older one of the list has sealed. When nothing is left and nothing was
 * lost, the older keys may be destroyed.
 */
export async function sealAgain(
  boxes: Pick<SealedBoxRepository, 'notSealedBy' | 'replace'>,
  keys: MasterKeys,
  places: readonly BoxPlace[],
): Promise<SealedAgain> {
  let [sealedAgain, lost] = [0, 0];
  for (const place of places)
    for (const box of await boxes.notSealedBy(keys[0], place)) {
      const value = opened(keys, box);
      if (value === null) lost++;
      else if (await boxes.replace(box, sealBox(keys, value, box.subject))) sealedAgain++;
      value?.fill(0);
    }
  return { sealedAgain, lost };
}

/**
 * Binds credentials of git hosts that belong to no origin yet to the one that their row names. The migration wrote it there:
 * the origin that the project had then, never one that was set later. Returns the number of boxes that were bound.
 */
export async function bindGitCredentials(
  boxes: Pick<SealedBoxRepository, 'list' | 'replace'>,
  keys: MasterKeys,
): Promise<number> {
  let bound = 0;
  for (const box of await boxes.list('git_credentials')) {
    if (box.subject === sealedSubject.gitCredentials(box.id, '')) continue;
    const value = opened(keys, { ...box, subject: sealedSubject.unboundGitCredentials(box.id) });
    if (value !== null && (await boxes.replace(box, sealBox(keys, value, box.subject)))) bound++;
    value?.fill(0);
  }
  return bound;
}

function opened(keys: MasterKeys, { sealed, subject }: Pick<StoredBox, 'sealed' | 'subject'>): Uint8Array | null {
  try {
    return openBox(keys, sealed, subject);
  } catch (error) {
    if (error instanceof SealedBoxError) return null;
    throw error;
  }
}
