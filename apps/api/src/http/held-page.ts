import type { Readable } from 'node:stream';
import type { Release } from '@cooperage/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readAhead } from './read-ahead.js';

type Headers = Record<string, unknown>;

/** What `@fastify/reply-from` is told for one request. */
export interface PageOptions {
  readonly rewriteHeaders: (headers: Headers, request: FastifyRequest) => Headers;
  readonly onError: (reply: FastifyReply, failure: { readonly error: Error }) => void;
}

/**
 * Gives the connection of a page back when the server of the pages is done with it, whatever its caller does. Nothing ends the
 * work there while it has not answered: that is when a caller who has gone gives his connection back. Each request
 * ends in one of three ways: it fails, it is answered for nobody, or its body ends or breaks.
 */
export function heldPage<Options extends PageOptions>(options: Options, release: Release) {
  return {
    ...options,
    onError: (reply: FastifyReply, failure: { readonly error: Error }) => {
      release();
      options.onError(reply, failure);
    },
    rewriteHeaders: (headers: Headers, request: FastifyRequest) => {
      // The same question as reply-from asks: it drops the answer then, and calls nothing else.
      if (request.raw.aborted) release();
      return options.rewriteHeaders(headers, request);
    },
    onResponse: (_request: FastifyRequest, reply: FastifyReply, { stream }: { readonly stream: Readable }) => {
      stream.once('close', release);
      // Also a body that nobody reads ends with its answer: of a HEAD, or where a hook answers something else.
      stream.on('error', () => undefined);
      if (reply.raw.closed) stream.destroy();
      else reply.raw.once('close', () => stream.destroy());
      void reply.send(readAhead(stream, lengthOf(reply)));
    },
  };
}

function lengthOf(reply: FastifyReply): number | undefined {
  const length = reply.getHeader('content-length');
  return length === undefined ? undefined : Number(length);
}
