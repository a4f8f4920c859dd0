import { type NextRequest, NextResponse } from 'next/server';
import { requestedPathHeader } from '@/lib/address/requested-path';
import { isDevelopment } from '@/lib/config';

/**
 * The content policy of pages, with a nonce for this one answer. Whether a person may see something is decided by the
 * API alone, never here.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const policy = contentPolicy(nonce, isDevelopment);
  const headers = new Headers(request.headers);
  // Next reads the nonce from this header of the request and puts it on every script that it writes.
  headers.set('content-security-policy', policy);
  headers.set(requestedPathHeader, `${request.nextUrl.pathname}${request.nextUrl.search}`);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

function contentPolicy(nonce: string, development: boolean): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    `style-src 'self'${development ? " 'unsafe-inline'" : ` 'nonce-${nonce}'`}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

export const config = { matcher: ['/((?!_next/static|marks/|icon.svg).*)'] };
