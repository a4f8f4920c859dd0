import http2 from 'node:http2';
import { duplexPair } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { decode } from '../proto/codec.js';
import { byteStream } from './byte-stream.js';
import { FrameReader } from './framing.js';

it('sends no message without bytes: BuildKit takes one for what it has read before', async () => {
  const [ours, theirs] = duplexPair();
  const received: string[] = [];
  const server = http2.performServerHandshake(theirs);
  const ended = new Promise<void>((resolve) => {
    server.on('stream', (stream) => {
      const reader = new FrameReader((message) =>
        received.push(Buffer.from(decode('BytesMessage', message).data).toString()),
      );
      stream.on('data', (chunk: Buffer) => reader.push(chunk));
      stream.on('end', resolve);
    });
  });
  const client = http2.connect('http://engine', { createConnection: () => ours });
  onTestFinished(() => {
    client.destroy();
    server.destroy();
  });
  const bytes = byteStream(client.request({ ':method': 'POST', ':path': '/session' }));
  for (const part of ['head', '', 'tail']) bytes.write(Buffer.from(part));
  bytes.end();
  await ended;
  expect(received).toEqual(['head', 'tail']);
});
