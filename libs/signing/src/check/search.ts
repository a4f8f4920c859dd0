import { isRegistryError } from '@cooperage/oci';

const batchSize = 8;

/**
 * Opens candidates in order, a batch at a time, until `isEnough` says so: strangers may have put hundreds beside an image,
 * and what we look for is most often among the first.
 */
export async function openUntil<Candidate, Opened>(
  candidates: readonly Candidate[],
  open: (candidate: Candidate) => Promise<Opened>,
  isEnough: (opened: readonly Opened[]) => boolean,
): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (let at = 0; at < candidates.length && !isEnough(opened); at += batchSize)
    opened.push(...(await Promise.all(candidates.slice(at, at + batchSize).map(open))));
  return opened;
}

/**
 * What a registry gives, or null where the image itself is at fault: something is missing, damaged or too large. A registry
 * that cannot be reached or refuses us is no fault of the image and stays an error.
 */
export async function orNull<Value>(call: Promise<Value>): Promise<Value | null> {
  try {
    return await call;
  } catch (error) {
    if (isRegistryError(error) && error.kind !== 'unavailable' && error.kind !== 'denied') return null;
    throw error;
  }
}
