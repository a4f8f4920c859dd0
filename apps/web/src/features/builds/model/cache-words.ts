import type { Build } from '@cooperage/contracts';
import { cachePlace } from '../../../lib/format/cache-backend';
import { shortRef, visibleText } from '../../../lib/format/names';

type CachedBuild = Pick<Build, 'zone' | 'ref'> & {
  readonly inputs: Pick<
    Build['inputs'],
    'noCache' | 'afterReset' | 'cachePolicy' | 'cacheBackend' | 'isolated' | 'targetRef'
  >;
};

/** Where the builder looked for steps that it need not run again. Each zone writes only its own (design 2, cache zone). */
export function cacheWords({ zone, inputs }: CachedBuild): string {
  const { cachePolicy, cacheBackend, isolated } = inputs;
  if (cachePolicy === 'none') return 'its rule demands no cache: nothing was read, nothing is written';
  const apart = isolated ? '; apart from other zones in the builder too' : '';
  return `${sourcesAndTarget({ zone, inputs })}, kept ${cachePlace[cacheBackend]}${apart}`;
}

function sourcesAndTarget({ zone, inputs }: Pick<CachedBuild, 'zone' | 'inputs'>): string {
  if (inputs.noCache) return `nothing was read, as was asked for; written to the ${zone} zone`;
  if (inputs.afterReset) return `nothing was read, since the cache was reset before it; written to the ${zone} zone`;
  if (inputs.cachePolicy === 'protected_only')
    return `its rule demands protected caches only; written to the ${zone} zone`;
  const { targetRef } = inputs;
  const target = targetRef && `that of ${visibleText(shortRef(targetRef))}, into which it is to be merged, or `;
  const sources = `read from this ref’s own cache or, where there is none, ${target ?? ''}the default branch’s`;
  return zone === 'protected'
    ? `${sources}; written to the protected zone`
    : `${sources}; written to the ${zone} zone only`;
}
