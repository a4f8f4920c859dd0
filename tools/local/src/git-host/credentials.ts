import { createHash, timingSafeEqual } from 'node:crypto';

export interface PushCredentials {
  readonly user: string;
  readonly password: string;
}

/** Checks an `Authorization: Basic` header (RFC 7617) in a time that does not tell how much of it is right. */
export function mayPush(header: string | undefined, { user, password }: PushCredentials): boolean {
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header ?? '')?.[1];
  const given = Buffer.from(encoded ?? '', 'base64').toString();
  return timingSafeEqual(digest(given), digest(`${user}:${password}`));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
