import { type EngineConnection, type EngineInfo, listWorkers, readInfo } from '@cooperage/buildkit';
import { type EngineWarning, keysSources, verifiesLayers } from '@cooperage/domain';
import type { EngineCheck } from '../engine.js';
import { ageProblem } from './oldest-engine.js';

/** Asks an engine who it is. Never throws. */
export async function checkEngine(connection: EngineConnection): Promise<EngineCheck> {
  try {
    const [info, workers] = await Promise.all([readInfo(connection), listWorkers(connection)]);
    const platforms = [...new Set(workers.flatMap((worker) => worker.platforms))];
    const tooOld = ageProblem(info);
    if (tooOld !== null) return { ok: false, version: versionOf(info), platforms, detail: tooOld };
    return {
      ok: workers.length > 0,
      version: versionOf(info),
      platforms,
      detail: `builds for ${platforms.join(', ')}`,
      warnings: warningsOf(info),
    };
  } catch (error) {
    return {
      ok: false,
      version: '',
      platforms: [],
      detail: error instanceof Error ? error.message : 'the engine does not answer',
    };
  }
}

function warningsOf(info: EngineInfo): EngineWarning[] {
  return [
    ...(verifiesLayers(versionOf(info)) ? [] : ['layers-unverified' as const]),
    ...(keysSources(info.revision) ? [] : ['sources-unkeyed' as const]),
  ];
}

/** BuildKit's own version, or that of the Docker engine it came with: then nobody knows BuildKit's. */
function versionOf({ version, dockerVersion }: EngineInfo): string {
  return version ?? (dockerVersion ? `docker ${dockerVersion}` : 'unknown');
}
