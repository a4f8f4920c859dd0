import type { FastifyInstance } from 'fastify';

/** What no page of ours may do without, whoever rendered it. */
const everywhere: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
/** Answers of the API are data: a browser that shows one as a page runs and embeds nothing. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/** @param publicUrl with https it is said that the site stays so. */
export function addSecurityHeaders(server: FastifyInstance, publicUrl: string): void {
  const secure = publicUrl.startsWith('https:');
  server.addHook('onSend', (_request, reply, payload, done) => {
    for (const [name, value] of Object.entries(everywhere)) if (!reply.hasHeader(name)) reply.header(name, value);
    if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', policyFor(reply));
    if (secure) reply.header('strict-transport-security', 'max-age=31536000');
    done(null, payload);
  });
}

/** Pages bring their own policy; one that has none may still not be framed. */
function policyFor(reply: { getHeader(name: string): unknown }): string {
  const isPage = String(reply.getHeader('content-type') ?? '').startsWith('text/html');
  return isPage ? "frame-ancestors 'none'; base-uri 'self'" : dataPolicy;
}
