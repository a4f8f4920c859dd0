import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { newId } from '@cooperage/db';
import { ApiProblem } from './problem.js';

/** Browsers send some twenty, and each proxy adds a few. */
const mostHeaders = 100;
/** Our longest query has some ten. */
const mostParameters = 100;
const mostAddressLength = 8_192;
/** What an entry takes in the tables that Node and V8 make of headers, beside its text. */
const entryBytes = 128;

/** What somebody asks with who may not be known: `IncomingMessage`, of a request or of an upgrade. */
export type Head = Pick<IncomingMessage, 'url' | 'rawHeaders'>;
export type WholeHead = Head & Pick<IncomingMessage, 'httpVersion' | 'headers'>;

/**
 * Node bounds the bytes of a head. What is made of them is up to thirteen times as much: a query of 5,000 names, 1,000 short
 * headers. It stays in memory until the request is answered.
 * @returns null for a head that anybody could need
 */
export function refusalOfHead(head: WholeHead): ApiProblem | null {
  const { url = '', rawHeaders } = head;
  if (url.length > mostAddressLength) return refusal(`The address is longer than ${mostAddressLength} characters.`);
  if (url.split('&', mostParameters + 1).length > mostParameters)
    return refusal(`The address has more than ${mostParameters} parameters.`);
  if (rawHeaders.length > 2 * mostHeaders) return refusal(`The request has more than ${mostHeaders} headers.`);
  // RFC 9112, 3.2. Asked last, since it makes a table of the headers.
  if (head.httpVersion === '1.1' && head.headers.host === undefined) return refusal('The request has no Host header.');
  return null;
}

/** Memory that a head takes, for limits that count it. */
export function headBytes({ url = '', rawHeaders }: Head): number {
  return rawHeaders.reduce((sum, text) => sum + text.length, url.length + (rawHeaders.length / 2) * entryBytes);
}

/** Says a refusal in the server's own way. The connection ends with it. */
export type AnswerProblem = (response: ServerResponse, problem: ApiProblem) => void;

/**
 * Refuses such heads before anybody reads them (R14A-1). Node's own bound alone would not do: some versions drop headers and say
 * nothing, and the address that a proxy adds may be among them. Takes the place of the server's listeners, so it comes after those that answer.
 */
export function boundHeads(server: Server, answer: AnswerProblem = answerProblem): void {
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  // Nobody sees a head that has not ended, nor what comes behind a body: the parser refuses those. A version of it that drops headers
  // instead leaves one too many.
  server.maxHeadersCount = mostHeaders + 1;
  server.on(
    'request',
    (request: IncomingMessage, response: ServerResponse<IncomingMessage> & { req: IncomingMessage }) => {
      const problem = refusalOfHead(request);
      if (problem === null) {
        for (const listener of listeners) listener.call(server, request, response);
        return;
      }
      // The answer may have to wait for others on this connection, and holds the request meanwhile.
      Object.assign(request, { url: '', headers: {}, rawHeaders: [] });
      answer(response, problem);
    },
  );
}

function refusal(detail: string): ApiProblem {
  return new ApiProblem('bad_request', { detail });
}

function answerProblem(response: ServerResponse, problem: ApiProblem): void {
  const body = JSON.stringify(problem.body(newId()));
  const headers = {
    ...{ 'content-type': 'application/problem+json; charset=utf-8', 'content-length': Buffer.byteLength(body) },
    ...{ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', connection: 'close' },
  };
  response.writeHead(problem.status, headers);
  response.end(body);
}
