import httpProxy from '@fastify/http-proxy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { heldPage, type PageOptions } from './held-page.js';
import { pageShares } from './page-shares.js';
import { ApiProblem } from './problem.js';
import { replyProblem } from './problem-reply.js';
import { isHopByHop, withoutHeaders } from './proxy-headers.js';

/** Connections to the server of the pages. */
const connections = 128;
/** The web server takes these for its own word: what a client sends under them goes no further. What it expects was answered here. */
const innerHeaders =
  /^(?:x-middleware-|x-nextjs-|x-cooperage-|x-forwarded-|x-real-ip$|forwarded$|authorization$|proxy-|expect$)/;

/**
 * Everything that is no address of the API is a page: the browser sees one origin. Pages are only read; all changes go
 * to the API, so nothing else is passed on.
 */
export function addWebProxy(server: FastifyInstance, webUrl: string, publicUrl: string): void {
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addHook('onRequest', (request, reply, done) => {
      const twin = dataTwin(request.raw.url ?? '');
      if (twin === null) done();
      else void reply.redirect(twin, 307);
    });
    const takePage = pageShares(connections);
    scope.register(httpProxy, {
      upstream: webUrl,
      httpMethods: ['GET', 'HEAD'],
      config: { access: 'public' },
      proxyPayloads: false,
      disableRequestLogging: true,
      undici: { connections, pipelining: 1, headersTimeout: 30_000, bodyTimeout: 60_000 },
      handler: async (request: FastifyRequest, reply: FastifyReply, destination: string, options: PageOptions) => {
        const release = await takePage(request, reply);
        try {
          return reply.from(destination, heldPage(options, release) as never);
        } catch (error) {
          release();
          throw error;
        }
      },
      replyOptions: {
        rewriteRequestHeaders: (request: FastifyRequest, headers: Record<string, unknown>) =>
          forwardedHeaders(request, headers, publicUrl),
        rewriteHeaders: (headers: Record<string, unknown>) => withoutHeaders(headers, isHopByHop),
        // What the pages answer goes on as it is. Asked again for each 503, a page would hold its connection ten times as long.
        retryDelay: () => null,
        onError: (reply: FastifyReply) => {
          void replyProblem(
            reply,
            new ApiProblem('unavailable', { detail: 'The pages do not answer.', retryAfterSeconds: 2 }),
          );
        },
      },
    } as never);
  });
}

/** `.json` on any page's address gives that page's data. Answered here, because tokens go no further than this process. */
export function dataTwin(target: string): string | null {
  const [, page, search = ''] = /^(\/(?!_next\/)[^?]*)\.json(\?.*)?$/.exec(target) ?? [];
  if (page === undefined) return null;
  return `/api/v1/lookup/page?${new URLSearchParams({ address: `${page === '/index' ? '/' : page}${search}` })}`;
}

function forwardedHeaders(request: FastifyRequest, headers: Record<string, unknown>, publicUrl: string) {
  const { protocol, host } = new URL(publicUrl);
  return {
    ...withoutHeaders(headers, (name) => isHopByHop(name) || innerHeaders.test(name)),
    'x-request-id': request.id,
    'x-forwarded-for': request.ip,
    'x-forwarded-host': host,
    'x-forwarded-proto': protocol.slice(0, -1),
  };
}
