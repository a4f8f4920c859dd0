import type { ProcessInfo } from '@cooperage/db';
import { zones } from '@cooperage/domain';
import type { Engine } from '@cooperage/engines';

/** What this worker advertises. With a note it takes no builds: its engine does not answer. */
export async function builderInfo(engine: Engine, slots: number): Promise<ProcessInfo> {
  const check = await engine.check();
  return {
    slots,
    engine: engine.kind,
    engineVersion: check.version,
    platforms: check.platforms,
    zones,
    note: check.ok ? null : check.detail,
  };
}
