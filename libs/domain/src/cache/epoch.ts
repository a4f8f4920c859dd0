/**
 * A name of a cache as it is since a reset: nothing that stands under an earlier name is found under this one. Before the
 * first reset it is the name itself.
 */
export function inEpoch(name: string, epoch: number, separator: '-' | '.'): string {
  return epoch === 0 ? name : `${name}${separator}${epoch}`;
}
