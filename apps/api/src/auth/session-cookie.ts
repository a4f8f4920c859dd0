import { createHmac, timingSafeEqual } from 'node:crypto';

/** Where the session's token travels: name and attributes of its cookie. */
export interface SessionCookie {
  readonly name: string;
  readonly secure: boolean;
}

/**
 * `__Host-` binds the cookie to this origin and to https (S-076). On plain http, which is a loopback address, the port is
 * part of the name: cookies are shared by all ports of a host, and two installations would sign each other out.
 */
export function sessionCookieOf(publicUrl: string): SessionCookie {
  const { protocol, port } = new URL(publicUrl);
  return protocol === 'https:'
    ? { name: '__Host-cooperage-session', secure: true }
    : { name: `cooperage-session-${port || '80'}`, secure: false };
}

/** The value of a cookie in a `Cookie` header; the first one, as browsers send the most specific first. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [key, ...value] = part.split('=');
    if (key?.trim() === name) return decoded(value.join('=').trim());
  }
  return undefined;
}

/**
 * The session token of a signed cookie (`token.signature`, HMAC-SHA256 in base64), or undefined when none of the secrets
 * has signed it.
 */
export function verifiedToken(value: string | undefined, secrets: readonly string[]): string | undefined {
  const dot = value?.lastIndexOf('.') ?? -1;
  if (value === undefined || value.length > 512 || dot < 1) return undefined;
  const token = value.slice(0, dot);
  const signatureText = value.slice(dot + 1);
  // Node's decoder passes over what is no base64: one form of a signature only.
  if (!/^[A-Za-z0-9+/]{43}=$/.test(signatureText)) return undefined;
  const given = Buffer.from(signatureText, 'base64');
  return secrets.some((secret) => timingSafeEqual(given, signature(token, secret))) ? token : undefined;
}

/** The cookie's value as the sign-in library signs it. */
export function signedValue(token: string, secret: string): string {
  return encodeURIComponent(`${token}.${signature(token, secret).toString('base64')}`);
}

/** The `Set-Cookie` line that starts a session, with the attributes that the sign-in library gives it too. */
export function sessionCookieLine(cookie: SessionCookie, token: string, secret: string, seconds: number): string {
  const parts = [`${cookie.name}=${signedValue(token, secret)}`, `Max-Age=${seconds}`, 'Path=/', 'HttpOnly'];
  return [...parts, ...(cookie.secure ? ['Secure'] : []), 'SameSite=Lax'].join('; ');
}

function signature(token: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(token).digest();
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
