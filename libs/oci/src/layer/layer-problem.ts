/** Why the files of a layer are not shown (S-044). */
export const layerProblems = {
  too_large: 'The layer is larger than is read for a page.',
  unpacked_too_large: 'Unpacked, the layer is larger than is read for a page.',
  ratio: 'The layer unpacks to many times its size, as an archive does that is made to exhaust its reader.',
  too_many_entries: 'The layer holds more files than are listed.',
  path_too_long: 'A path in the layer is longer than is allowed.',
  path_too_deep: 'A path in the layer is deeper than is allowed.',
  unsafe_path: 'A path in the layer leads out of the image.',
  not_a_tar: 'The layer is not an archive that can be read.',
  damaged: 'The layer is damaged: its bytes do not unpack, or end too early.',
  foreign: 'The layer is kept outside this registry.',
  unsupported: 'The layer is packed in a way that is not known here.',
  too_slow: 'Reading the layer took too long. It is read again some minutes later.',
  missing: 'The registry does not hold the layer any more.',
} as const;

export type LayerProblem = keyof typeof layerProblems;

/** A layer that cannot be listed, whoever reads it and however often. */
export class LayerError extends Error {
  override readonly name = 'LayerError';

  constructor(
    readonly problem: LayerProblem,
    options?: ErrorOptions,
  ) {
    super(layerProblems[problem], options);
  }
}
