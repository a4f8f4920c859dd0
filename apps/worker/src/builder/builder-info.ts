import type { ProcessInfo } from '@cooperage/db';
import { zones } from '@cooperage/domain';
import type { Engine } from '@cooperage/engines';

const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  ppc64: 'ppc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
};

/** What this worker advertises. With a note it takes no builds: its engine does not answer. */
export async function builderInfo(engine: Engine, slots: number): Promise<ProcessInfo> {
  const { ok, version, detail } = await engine.check();
  return {
    slots,
    engine: engine.kind,
    engineVersion: version,
    platforms: [`linux/${architectures[process.arch] ?? process.arch}`],
    zones,
    note: ok ? null : detail,
  };
}
