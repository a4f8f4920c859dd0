import 'server-only';
import { headers } from 'next/headers';

/** Where people reach this service. The front door names it on each request, and lets nobody else do so. */
export async function publicOrigin(): Promise<string> {
  const incoming = await headers();
  return `${incoming.get('x-forwarded-proto') ?? 'http'}://${incoming.get('x-forwarded-host') ?? 'localhost'}`;
}
