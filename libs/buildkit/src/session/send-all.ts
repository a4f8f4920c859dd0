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
