import type { BuildRelations } from '@cooperage/contracts';
import { visibleText } from '../../../lib/format/names';

/**
 * What a syntax directive came to. Only Docker's own frontends are allowed, and none is ever loaded: the builder has one,
 * which does what they do.
 */
export function syntaxWords(image: string, engine: BuildRelations['engine']): string {
  const builder = engine
    ? [engine.kind, engine.version ?? '']
        .map((text) => visibleText(text))
        .join(' ')
        .trim()
    : null;
  const reader = builder ? `the reader that is built into ${builder}` : 'the reader that is built into the builder';
  return `${visibleText(image)} is ${reader}; no image was loaded for it.`;
}
