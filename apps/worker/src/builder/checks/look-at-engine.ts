import { BuildFailure } from '@cooperage/domain';
import type { Engine } from '@cooperage/engines';
import type { Found, Look } from '../../shared/check-answerer.js';

/** Whether this builder can build: not that its engine answers, but that a build comes to its end. */
export function lookAtEngine(engine: Pick<Engine, 'check' | 'tryBuild'>): Look {
  return async (signal): Promise<Found> => {
    const { ok, version, detail, platforms } = await engine.check();
    if (!ok) return { code: 'engine_unreachable', fact: detail };
    try {
      await engine.tryBuild?.(signal);
    } catch (error) {
      if (!(error instanceof BuildFailure)) throw error;
      const code = error.code === 'EngineUnavailable' && !signal.aborted ? 'engine_unreachable' : 'build_failed';
      return { code, fact: signal.aborted ? 'The build of one small file did not end in time.' : error.message };
    }
    return { code: 'ok', fact: `Engine ${version} built an image of one file for ${platforms[0] ?? 'its platform'}.` };
  };
}
