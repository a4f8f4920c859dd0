import type { Problem } from '../config-error.js';
import type { ProcessRole } from '../process-roles.js';
import type { Reader } from '../reader.js';
import { variables as v } from '../variables.js';

/** A builder whose engine is a program on this machine has to know where it is. */
export function engineParts(role: ProcessRole, reader: Reader): Problem[] {
  if (role !== 'builder' || reader.valueOf(v.engine) !== 'buildah' || reader.valueOf(v.buildahProgram)) return [];
  return [{ name: v.buildahProgram.name, says: 'is missing: COOPERAGE_ENGINE=buildah needs the program' }];
}
