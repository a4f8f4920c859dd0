/** What a stranger's image may make us read (S-044). Every excess is a `RegistryError` `invalid` with code `TOO_LARGE`. */
export interface ImageLimits {
  readonly manifestBytes: number;
  readonly configBytes: number;
  /** Layers of one platform. */
  readonly layers: number;
  /** Entries of an image index. */
  readonly platforms: number;
  /** Entries of a config's history. */
  readonly history: number;
  /** Labels, or annotations, of one document. */
  readonly labels: number;
  /** Keys of all objects of one document, and its other values. They are counted before it is parsed (R17A-3). */
  readonly keys: number;
  readonly values: number;
}

export const defaultImageLimits: ImageLimits = {
  manifestBytes: 4 << 20,
  configBytes: 8 << 20,
  layers: 500,
  platforms: 200,
  history: 2_000,
  labels: 1_000,
  // A config that is at all other limits has some 31,000 and 63,000. An object with one integer key takes 350 bytes for nine.
  keys: 40_000,
  values: 80_000,
};

/** Of a cache that a builder has left: all steps of all stages, of which each may be a layer. No person looks at it. */
export const cacheDocumentLimits: ImageLimits = {
  ...defaultImageLimits,
  layers: 10_000,
  platforms: 10_000,
  keys: 200_000,
  values: 400_000,
};
