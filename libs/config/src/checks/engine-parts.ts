import type { Problem } from '../config-error.js';
import type { ProcessRole } from '../process-roles.js';
import type { Reader } from '../reader.js';
import { variables as v } from '../variables.js';

/** A builder whose engine is a program on this machine has to know where it is; code of strangers is for BuildKit alone. */
export function engineParts(role: ProcessRole, reader: Reader): Problem[] {
  if (role !== 'builder') return [];
  return [...buildahParts(reader), ...strangerParts(reader)];
}

function buildahParts(reader: Reader): Problem[] {
  if (reader.valueOf(v.engine) !== 'buildah' || reader.valueOf(v.buildahProgram)) return [];
  return [{ name: v.buildahProgram.name, says: 'is missing: COOPERAGE_ENGINE=buildah needs the program' }];
}

/** Its engine is emptied between two builds, so there is one at a time. */
function strangerParts(reader: Reader): Problem[] {
  if (reader.valueOf(v.lane) !== 'strangers') return [];
  const engine = reader.valueOf(v.engine) ?? 'buildkit';
  return [
    ...(engine === 'buildkit' ? [] : [{ name: v.engine.name, says: 'is buildkit where COOPERAGE_LANE=strangers' }]),
    ...(reader.valueOf(v.buildSlots) === 1
      ? []
      : [{ name: v.buildSlots.name, says: 'is 1 where COOPERAGE_LANE=strangers: run more builders instead' }]),
  ];
}
