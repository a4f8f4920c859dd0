/** Full ref of what a person typed: a branch name, unless it is a full ref already. */
export function fullRef(text: string, kind: 'branch' | 'tag'): string {
  const name = text.trim();
  if (name.startsWith('refs/')) return name;
  return `refs/${kind === 'branch' ? 'heads' : 'tags'}/${name}`;
}
