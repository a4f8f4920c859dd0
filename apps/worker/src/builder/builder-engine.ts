import type { Config } from '@cooperage/config';
import { BackedEngine, createEngine, type Engine, type LocalCaches, type RunawayWork } from '@cooperage/engines';

type EngineConfig = Pick<
  Config<'builder'>,
  'engine' | 'engineAddress' | 'engineState' | 'buildah' | 'cgroupParent' | 'cgroupBase' | 'registry'
>;

/** The engine that the operator chose. What buildah lacks is left to BuildKit. @throws {TypeError} when a setting is missing */
export function builderEngine(
  config: EngineConfig,
  localCaches: LocalCaches | null = null,
  onRunawayWork: (work: RunawayWork) => void = () => {},
): Engine {
  const options = { ...buildkitOptions(config), onRunawayWork, ...(localCaches && { localCaches }) };
  const buildkit = createEngine('buildkit', options);
  return config.engine === 'buildkit'
    ? buildkit
    : new BackedEngine(createEngine('buildah', buildahOptions(config)), buildkit);
}

/** Limits per build are set where the engine's control groups are on this machine, which the operator says by naming them. */
function buildkitOptions({ engineAddress, engineState, cgroupParent, cgroupBase }: EngineConfig) {
  return {
    address: engineAddress,
    cgroupRoot: cgroupParent ? '/sys/fs/cgroup' : null,
    ...(cgroupParent && { cgroupParent }),
    ...(cgroupBase && { cgroupBase }),
    ...(engineState && { stateFolder: engineState }),
  };
}

function buildahOptions({ buildah, cgroupParent, registry }: EngineConfig) {
  if (!buildah)
    throw new TypeError('COOPERAGE_ENGINE=buildah needs COOPERAGE_BUILDAH, COOPERAGE_RUNC and COOPERAGE_BUILDAH_ROOT');
  const { program, runc, stateFolder, mirror } = buildah;
  return {
    ...{ programs: { buildah: program, runc }, stateFolder, insecureRegistry: registry.insecure },
    ...(cgroupParent && { cgroupParent }),
    ...(mirror !== null && { mirror }),
  };
}
