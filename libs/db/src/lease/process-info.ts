import { type LoopTrouble, lanes, loopTroubleStates } from '@cooperage/domain';
import type { ProcessIdentity, ProcessInfo } from './process-repository.js';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isTextOrNull: Check = (value) => value === null || isText(value);
const isListOf =
  (is: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(is);
const isOneOf =
  (names: readonly unknown[]): Check =>
  (value) =>
    names.includes(value);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isShape =
  <T>(shape: Readonly<Record<keyof T & string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries<Check>(shape).every(([name, is]) => is(value[name]));

const isIdentity = isShape<ProcessIdentity>({ place: isText, pid: isCount, startedAs: isText, parent: isCount });

const checks: { readonly [Name in keyof ProcessInfo]-?: Check } = {
  slots: isCount,
  engine: isText,
  engineVersion: isText,
  engineFeatures: isObject,
  platforms: isListOf(isText),
  zones: isListOf(isText),
  lane: isOneOf(lanes),
  organizationsTrustEachOther: isFlag,
  version: isText,
  draining: isFlag,
  diskFreeBytes: isCount,
  diskTotalBytes: isCount,
  memoryFreeBytes: isCount,
  memoryTotalBytes: isCount,
  engineStore: isShape<NonNullable<ProcessInfo['engineStore']>>({
    ...{ bytes: isCount, records: isCount, mountBytes: isCount, mounts: isCount },
    ...{ oldestUse: isTextOrNull, measuredAt: isText },
  }),
  process: isIdentity,
  supervisor: isIdentity,
  loops: isListOf(
    isShape<LoopTrouble>({ loop: isText, state: isOneOf(loopTroubleStates), forMs: isCount, due: isCount }),
  ),
  note: isTextOrNull,
};

/**
 * What a process says of itself, as far as it can be read. A builder writes anything into its row, and everybody's pages show all rows: one
 * that says nonsense is shown as one that says less.
 */
export function processInfoOf(said: unknown): ProcessInfo {
  if (!isObject(said)) return {};
  return Object.fromEntries(
    Object.entries(said).filter(
      ([name, value]) => Object.hasOwn(checks, name) && checks[name as keyof ProcessInfo](value),
    ),
  );
}
