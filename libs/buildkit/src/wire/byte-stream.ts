import type { ClientHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import { decode, encode } from '../proto/codec.js';
import { FrameReader, frame } from './framing.js';

/**
 * The bytes that travel inside a bidirectional gRPC stream of byte messages (BuildKit's `Control/Session`), as one
 * ordinary stream. It owns the HTTP/2 session under it and ends it.
 */
export function byteStream(stream: ClientHttp2Stream): Duplex {
  const reader = new FrameReader((message) => {
    if (!duplex.push(decode('BytesMessage', message).data)) stream.pause();
  });
  const duplex = new Duplex({
    read: () => {
      stream.resume();
    },
    write: (chunk: Buffer, _encoding, done) => {
      // BuildKit takes a message without bytes for what it has read before (session/grpchijack of 0.34).
      if (chunk.length === 0) return done();
      stream.write(frame(encode('BytesMessage', { data: chunk })), done);
    },
    final: (done) => {
      stream.end(done);
    },
    destroy: (error, done) => {
      stream.session?.destroy();
      done(error);
    },
  });
  stream.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch (error) {
      duplex.destroy(error as Error);
    }
  });
  stream.on('end', () => duplex.push(null));
  stream.on('error', () => duplex.destroy());
  stream.on('close', () => duplex.destroy());
  return duplex;
}
