const words: readonly (readonly [RegExp, string])[] = [
  [/image\.index|manifest\.list/, 'index'],
  [/image\.manifest|distribution\.manifest/, 'manifest'],
  [/image\.config|container\.image/, 'config'],
  [/layer.*zstd/, 'layer, zstd'],
  [/layer.*gzip|rootfs\.diff/, 'layer, gzip'],
  [/layer/, 'layer'],
];

/** What a media type of OCI or Docker stands for; the type itself when it is none of them. */
export function mediaTypeWord(mediaType: string): string {
  return words.find(([pattern]) => pattern.test(mediaType))?.[1] ?? mediaType;
}

/** What an attestation says, by its predicate type. */
export function predicateWord(predicateType: string | null, artifactType: string | null): string {
  if (predicateType === null) return artifactType ?? 'referrer';
  if (/slsa\.dev\/provenance/.test(predicateType)) return 'provenance';
  if (/cosign\/sign/.test(predicateType)) return 'signature';
  if (/spdx/.test(predicateType)) return 'SBOM (SPDX)';
  if (/cyclonedx/i.test(predicateType)) return 'SBOM (CycloneDX)';
  return predicateType;
}

/** An instruction as in the Dockerfile: without the shell around it and BuildKit's mark behind it. */
export function plainInstruction(createdBy: string): string {
  return createdBy
    .replace(/\s*# buildkit$/, '')
    .replace(/^RUN (?:\|\d+ .*? )?\/bin\/sh -c /, 'RUN ')
    .replace(/^\/bin\/sh -c #\(nop\)\s+/, '')
    .replace(/^\/bin\/sh -c /, 'RUN ');
}
