import type { Build } from '@cooperage/contracts';
import { shellWord } from '../../../lib/format/shell';

/** What resolves a definition in a checkout of its commit, as the builder did. */
export function bakeCommand({
  path,
  target,
  variables,
}: Pick<NonNullable<Build['inputs']['definition']>, 'path' | 'target' | 'variables'>): string {
  const given = Object.entries(variables).map(([name, value]) => `${name}=${shellWord(value)}`);
  return [...given, 'docker buildx bake --print', shellWord(`--file=${path}`), shellWord(target)].join(' ');
}
