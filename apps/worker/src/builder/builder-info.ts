import { statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import type { ProcessInfo } from '@cooperage/db';
import { type EngineWarning, engineFloor, type Lane, meetsFloor, zones } from '@cooperage/domain';
import type { Engine } from '@cooperage/engines';

const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  ppc64: 'ppc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
};
/** A note is shown on a page, and an engine's words have no bound of their own. */
const longestNote = 500;

export interface BuilderFacts {
  readonly lane: Lane;
  readonly slots: number;
  readonly version: string;
  readonly mirrorRoot: string;
  readonly isDraining: boolean;
  readonly store: ProcessInfo['engineStore'];
  /** Why no build may start here, as far as the network of the engine goes. */
  readonly obstacle?: string | null;
  /** Beside those of the engine itself. */
  readonly warnings: readonly EngineWarning[];
  readonly loops: ProcessInfo['loops'];
}

/** What this worker advertises. With a note it takes no builds: it drains, or its engine does not answer. */
export async function builderInfo(engine: Engine, facts: BuilderFacts): Promise<ProcessInfo> {
  const { lane, slots, version, isDraining, store, loops, obstacle = null } = facts;
  const features = engine.features();
  const [{ ok, version: engineVersion, detail, warnings: ofVersion = [] }, disk] = await Promise.all([
    engine.check(),
    diskOf(facts.mirrorRoot),
  ]);
  const isTrustedOnly = !features.strangers || !meetsFloor(engineVersion);
  const notes = [
    ok ? null : detail,
    obstacle,
    ok && lane === 'strangers' && isTrustedOnly
      ? belowFloor(features.strangers ? engineVersion : `${engine.kind} ${engineVersion}`)
      : null,
    isDraining ? 'It drains: it takes no further build.' : null,
  ];
  const warnings = [...new Set([...features.warnings, ...ofVersion, ...facts.warnings])];
  return {
    ...{ lane, slots, version, engineVersion },
    zones: lane === 'strangers' ? zones : zones.filter((zone) => zone !== 'fork'),
    engine: engine.kind,
    engineFeatures: { ...features, strangers: !isTrustedOnly, warnings },
    platforms: [`linux/${architectures[process.arch] ?? process.arch}`],
    ...(isDraining && { draining: true }),
    ...disk,
    memoryFreeBytes: freemem(),
    memoryTotalBytes: totalmem(),
    ...(store && { engineStore: store }),
    ...(loops && { loops }),
    note: notes.find((note) => note !== null)?.slice(0, longestNote) ?? null,
  };
}

function belowFloor(version: string): string {
  return `It takes no code of strangers: its engine is ${version}, and that needs BuildKit ${engineFloor} or later.`;
}

/** Nothing where the disk does not say. */
async function diskOf(folder: string): Promise<Pick<ProcessInfo, 'diskFreeBytes' | 'diskTotalBytes'>> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { diskFreeBytes: bavail * bsize, diskTotalBytes: blocks * bsize };
  } catch {
    return {};
  }
}
