/** A base image by its full name, as the builder names it: `busybox` is `docker.io/library/busybox:latest`. */
export function fullImageName(name: string): string {
  const [first = '', ...rest] = name.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const placed = isHost ? name : rest.length > 0 ? `docker.io/${name}` : `docker.io/library/${name}`;
  return /[@:][^/]*$/.test(placed.slice(placed.indexOf('/'))) ? placed : `${placed}:latest`;
}
