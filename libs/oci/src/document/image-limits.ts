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
}

export const defaultImageLimits: ImageLimits = {
  manifestBytes: 4 << 20,
  configBytes: 8 << 20,
  layers: 500,
  platforms: 200,
  history: 2_000,
  labels: 1_000,
};

/** Of a cache that a builder has left: all steps of all stages, of which each may be a layer. No person looks at it. */
export const cacheDocumentLimits: ImageLimits = { ...defaultImageLimits, layers: 10_000, platforms: 10_000 };
