/**
 * Paths are taken in one form only. Routers, proxies and people disagree on what other forms mean, and each such
 * disagreement has been a way past a guard (S-063).
 */
const segment = /^(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%(?!2[eEfF]|5[cC]|00|25)[0-9A-Fa-f]{2})+$/;

/** Whether the path of a request target has plain segments: none empty, none of dots, no encoded separators. */
export function isStrictPath(target: string): boolean {
  const path = target.split('?', 1)[0]!;
  if (path === '/') return true;
  if (!path.startsWith('/')) return false;
  const segments = path.slice(1).split('/');
  return segments.every((part) => segment.test(part) && part !== '.' && part !== '..' && isDecodable(part));
}

function isDecodable(part: string): boolean {
  try {
    return !/[\0-\x1f\x7f]/.test(decodeURIComponent(part));
  } catch {
    return false;
  }
}
