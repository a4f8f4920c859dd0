/** A short name from a clone address: `git@host:team/My_Service.git` → `my-service`. Empty when nothing is left. */
export function slugFromAddress(address: string): string {
  const last =
    address
      .replace(/[/\s]+$/, '')
      .split(/[/:]/)
      .at(-1) ?? '';
  return last
    .replace(/\.git$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');
}
