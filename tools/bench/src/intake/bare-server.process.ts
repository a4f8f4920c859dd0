import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The peer: reads the body, checks its HMAC, parses it, answers. It stores nothing. */
const secrets = new Map<string, string>();

function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const secret = secrets.get((request.url ?? '').slice('/api/v1/hooks/'.length)) ?? '';
  const given = Buffer.from(String(request.headers['x-hub-signature-256'] ?? '').slice('sha256='.length), 'hex');
  const expected = createHmac('sha256', secret).update(body).digest();
  const isProven = given.length === expected.length && timingSafeEqual(given, expected);
  const isPush = isProven && typeof (JSON.parse(body.toString()) as { ref?: unknown }).ref === 'string';
  response.writeHead(isPush ? 202 : 401, { 'content-type': 'application/json' }).end('{"ok":true}');
}

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => answer(request, response, Buffer.concat(parts)));
});
server.keepAliveTimeout = 65_000;
process.on('message', (targets: readonly [string, string][]) => {
  for (const [projectId, secret] of targets) secrets.set(projectId, secret);
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
});
process.on('disconnect', () => process.exit());
