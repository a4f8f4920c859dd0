/** Why a step ran, as it is counted: the kinds of a `RunReason`, with each way in which a result was not kept by itself. */
export const missCauses = [
  'files',
  'variable',
  'base',
  'instruction',
  'earlier_step',
  'target',
  'foreign',
  'first',
  'not_asked',
  'reset',
  'evicted',
  'dropped',
  'at_once',
  'not_read',
  'not_exported',
  'emptied',
  'other_worker',
  'other_zone',
  'zone_mounts',
  'unknown',
] as const;
export type MissCause = (typeof missCauses)[number];
