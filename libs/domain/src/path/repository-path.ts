/**
 * Paths inside a repository, as people write them in settings (context folder, Dockerfile). They are checked here when
 * they are saved and again when they are used: S-027 of the threat list.
 */
const maxLength = 1024;

/**
 * @returns the path without leading `./` and trailing `/`; `.` for the root.
 * @throws {TypeError} with a sentence for a person when the path could leave the repository.
 */
export function parseRepositoryPath(value: string): string {
  if (value.length > maxLength) throw new TypeError(`a path has at most ${maxLength} characters`);
  if (/[\p{Cc}\\]/u.test(value) || !value.isWellFormed())
    throw new TypeError('a path has no backslash and no control characters');
  if (value.includes('%')) throw new TypeError('a path is written plainly, without percent encoding');
  if (value.startsWith('/')) throw new TypeError('a path is relative to the root of the repository');
  const parts = value.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new TypeError('a path does not contain ".."');
  if (parts.some((part) => part.toLowerCase() === '.git')) throw new TypeError('a path does not point into .git');
  return parts.join('/') || '.';
}

export function isRepositoryPath(value: string): boolean {
  try {
    parseRepositoryPath(value);
    return true;
  } catch {
    return false;
  }
}
