import type { ServerHttp2Stream } from 'node:http2';

/** Writes and waits until the engine has read enough of it: memory stays flat. False when the engine has hung up. */
export async function sendAll(stream: ServerHttp2Stream, bytes: Buffer): Promise<boolean> {
  if (stream.destroyed || stream.closed) return false;
  if (stream.write(bytes)) return true;
  await new Promise<void>((resolve) => {
    const go = () => {
      stream.off('drain', go);
      stream.off('close', go);
      resolve();
    };
    stream.on('drain', go);
    stream.on('close', go);
  });
  return true;
}

/**
 * Writes parts of one message and waits until the last byte has left us: their memory may be used again. False when the
 * engine has hung up, and then it may not.
 */
export function sendOut(stream: ServerHttp2Stream, parts: readonly Uint8Array[]): Promise<boolean> {
  if (stream.destroyed || stream.closed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (sent: boolean) => {
      stream.off('close', hungUp);
      resolve(sent);
    };
    const hungUp = () => end(false);
    stream.on('close', hungUp);
    stream.cork();
    for (const part of parts.slice(0, -1)) stream.write(part);
    stream.write(parts.at(-1), (error) => end(!error));
    stream.uncork();
  });
}
