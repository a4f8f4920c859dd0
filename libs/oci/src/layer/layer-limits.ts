/** How much of a stranger's layer is read for a list of its files (S-044). Every excess is a `LayerError`. */
export interface LayerLimits {
  /** As it is stored. */
  readonly compressedBytes: number;
  readonly unpackedBytes: number;
  /** Most unpacked bytes for each stored byte, counted from `ratioFromBytes` on. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
  readonly entries: number;
  readonly pathBytes: number;
  /** Of all paths together. */
  readonly allPathBytes: number;
  /** Folders above a file. */
  readonly depth: number;
  /** Extended attributes of one entry of the archive. */
  readonly attributeBytes: number;
  /** Of all such blocks together. */
  readonly allAttributeBytes: number;
  /** Headers of the archive, those of attributes and of entries that are not listed included. */
  readonly headers: number;
}

export const defaultLayerLimits: LayerLimits = {
  compressedBytes: 512 << 20,
  unpackedBytes: 4 * 1024 ** 3,
  ratio: 200,
  ratioFromBytes: 32 << 20,
  entries: 100_000,
  pathBytes: 4_096,
  allPathBytes: 16 << 20,
  depth: 100,
  attributeBytes: 1 << 20,
  allAttributeBytes: 32 << 20,
  headers: 500_000,
};
