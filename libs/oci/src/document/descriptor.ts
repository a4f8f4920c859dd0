import { type Digest, isDigest } from '@cooperage/domain';
import { invalidAnswer } from '../registry-error.js';
import { objectOf, optionalString, sizeOf, stringMapOf, stringOf } from './json-shape.js';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** A content descriptor of the OCI image specification. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  /** Addresses outside the registry where the content may be found. We never follow them. */
  readonly urls?: readonly string[];
}

const maxAnnotations = 200;

/** @throws {RegistryError} `invalid`. */
export function parseDescriptor(value: unknown, what: string): Descriptor {
  const json = objectOf(value, what);
  const digest = stringOf(json.digest, `${what}: digest`);
  if (!isDigest(digest)) throw invalidAnswer(`${what} has no sha256 digest`);
  const artifactType = optionalString(json.artifactType, `${what}: artifactType`);
  return {
    mediaType: stringOf(json.mediaType, `${what}: mediaType`),
    digest,
    size: sizeOf(json.size, `${what}: size`),
    ...(artifactType && { artifactType }),
    ...(json.annotations ? { annotations: stringMapOf(json.annotations, maxAnnotations, `${what}: annotations`) } : {}),
    ...(json.platform ? { platform: parsePlatform(json.platform, what) } : {}),
    ...(Array.isArray(json.urls) && json.urls.length > 0 ? { urls: json.urls.map(String) } : {}),
  };
}

export function parsePlatform(value: unknown, what: string): Platform {
  const json = objectOf(value, `${what}: platform`);
  const variant = optionalString(json.variant, `${what}: variant`);
  return {
    os: optionalString(json.os, `${what}: os`) ?? 'unknown',
    architecture: optionalString(json.architecture, `${what}: architecture`) ?? 'unknown',
    ...(variant && { variant }),
  };
}

/** `linux/arm64/v8`. */
export function platformName(platform: Platform): string {
  return [platform.os, platform.architecture, ...(platform.variant ? [platform.variant] : [])].join('/');
}
