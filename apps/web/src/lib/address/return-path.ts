/** Where to go after sign-in. Only addresses of this origin: anything else would be an open redirect. */
export function safeReturnPath(value: string | null | undefined): string {
  if (!value?.startsWith('/') || /^\/[/\\]/.test(value) || /[\0-\x20\x7f\\]/.test(value)) return '/';
  const base = 'http://own.invalid';
  if (!URL.canParse(value, base)) return '/';
  const url = new URL(value, base);
  // Only the resolved path shows it: `/.//evil.example` becomes `//evil.example`, which names another host.
  if (url.origin !== base || url.pathname.startsWith('//') || url.pathname === '/sign-in') return '/';
  return `${url.pathname}${url.search}`;
}

export function signInPath(from: string | null | undefined): string {
  const path = safeReturnPath(from);
  return path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`;
}
