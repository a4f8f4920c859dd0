/** Pages that one person may have open at once. */
export const maxConnectionsOfPerson = 50;
/** Things that one page may follow at once, and logs among them: each of those reads 128 KiB ahead. */
export const maxSubscriptions = 32;
const maxLogs = 4;
export const logPrefix = 'log:';

/**
 * Whether a page may subscribe to one thing more. What it follows and what it is subscribing to count once each, so that it can ask for
 * all of it anew; and it subscribes to as many at once as it may follow, the same again included.
 * @param opening names of what it is subscribing to, each as often as it was asked for
 */
export function hasRoom(name: string, followed: Iterable<string>, opening: readonly string[]): boolean {
  const names = new Set([...followed, ...opening, name]);
  if (names.size > maxSubscriptions || opening.length >= maxSubscriptions) return false;
  return !isLog(name) || ([...names].filter(isLog).length <= maxLogs && opening.filter(isLog).length < maxLogs);
}

function isLog(name: string): boolean {
  return name.startsWith(logPrefix);
}
