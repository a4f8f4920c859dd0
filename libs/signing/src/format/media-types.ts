/** Media types and annotations of what cosign reads: sigstore bundle v0.3, and the older tag-based storage. */
export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
/** Every version of the bundle; readers take what stock cosign wrote. */
export const bundleTypePrefix = 'application/vnd.dev.sigstore.bundle';
export const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json';
export const dsseEnvelopeType = 'application/vnd.dsse.envelope.v1+json';
export const inTotoType = 'application/vnd.in-toto+json';

export const annotationKeys = {
  bundleContent: 'dev.sigstore.bundle.content',
  bundlePredicateType: 'dev.sigstore.bundle.predicateType',
  created: 'org.opencontainers.image.created',
  legacySignature: 'dev.cosignproject.cosign/signature',
  legacyPredicateType: 'predicateType',
} as const;

/** The annotation of a signature that binds it to a project: without it a signature holds for these bytes anywhere. */
export const projectAnnotation = 'project';

export const predicateTypes = {
  /** What `cosign sign` writes since version 3. */
  signature: 'https://sigstore.dev/cosign/sign/v1',
  provenance: 'https://slsa.dev/provenance/v1',
} as const;
