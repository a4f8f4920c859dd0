import { invalidAnswer } from '../registry-error.js';
import { type Platform, parsePlatform } from './descriptor.js';
import { defaultImageLimits, type ImageLimits } from './image-limits.js';
import { arrayOf, countJson, objectOf, optionalString, parseJson, stringMapOf, stringOf } from './json-shape.js';

export interface HistoryEntry {
  /** RFC 3339, as the builder wrote it. */
  readonly created?: string;
  readonly createdBy?: string;
  readonly comment?: string;
  /** The entry changed settings only. */
  readonly emptyLayer: boolean;
}

/** What an image config (OCI image specification 1.1) says; texts are the author's, unescaped. */
export interface ImageConfig {
  readonly platform: Platform;
  readonly created?: string;
  readonly author?: string;
  readonly user?: string;
  readonly workingDir?: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** `NAME=value` each. */
  readonly env: readonly string[];
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly stopSignal?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Digests of the uncompressed layers. */
  readonly diffIds: readonly string[];
  readonly history: readonly HistoryEntry[];
}

const maxTexts = 10_000;

/**
 * Whether a config holds so much that nothing may parse it.
 * @throws {RegistryError} `invalid`, with code `TOO_LARGE` then
 */
export function checkImageConfig(bytes: Uint8Array, limits: ImageLimits = defaultImageLimits): void {
  if (bytes.length > limits.configBytes)
    throw invalidAnswer(`the config is larger than ${limits.configBytes} bytes`, 'TOO_LARGE');
  countJson(bytes, 'the config', limits);
}

/** @throws {RegistryError} `invalid`. */
export function parseImageConfig(bytes: Uint8Array, limits: ImageLimits = defaultImageLimits): ImageConfig {
  checkImageConfig(bytes, limits);
  const json = objectOf(parseJson(bytes, 'the config'), 'the config');
  const settings = json.config ? objectOf(json.config, 'the settings of the config') : {};
  const rootfs = json.rootfs ? objectOf(json.rootfs, 'rootfs') : {};
  return {
    platform: parsePlatform(json, 'the config'),
    created: optionalString(json.created, 'created'),
    author: optionalString(json.author, 'author'),
    user: optionalString(settings.User, 'User'),
    workingDir: optionalString(settings.WorkingDir, 'WorkingDir'),
    entrypoint: texts(settings.Entrypoint, 'Entrypoint'),
    cmd: texts(settings.Cmd, 'Cmd'),
    env: texts(settings.Env, 'Env'),
    exposedPorts: names(settings.ExposedPorts, 'ExposedPorts'),
    volumes: names(settings.Volumes, 'Volumes'),
    stopSignal: optionalString(settings.StopSignal, 'StopSignal'),
    labels: stringMapOf(settings.Labels, limits.labels, 'labels'),
    diffIds: arrayOf(rootfs.diff_ids, limits.layers, 'diff_ids').map((id) => stringOf(id, 'a diff_id')),
    history: arrayOf(json.history, limits.history, 'history').map(parseHistoryEntry),
  };
}

function parseHistoryEntry(value: unknown): HistoryEntry {
  const json = objectOf(value, 'a history entry');
  return {
    created: optionalString(json.created, 'created'),
    createdBy: optionalString(json.created_by, 'created_by'),
    comment: optionalString(json.comment, 'comment'),
    emptyLayer: json.empty_layer === true,
  };
}

function texts(value: unknown, what: string): string[] {
  return arrayOf(value, maxTexts, what).map((text) => stringOf(text, what));
}

/** Go's sets: an object whose keys count. */
function names(value: unknown, what: string): string[] {
  const all = value === undefined || value === null ? [] : Object.keys(objectOf(value, what));
  if (all.length > maxTexts) throw invalidAnswer(`${what} has more than ${maxTexts} entries`, 'TOO_LARGE');
  return all;
}
