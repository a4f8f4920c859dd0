import { request } from 'node:http';
import { EngineConnection, prune } from '@cooperage/buildkit';

/**
 * Takes everything from an engine that a build could reuse: images first, since they hold on to layers, then the whole
 * build cache with the base images in it.
 * @throws {Error} when the engine refuses, or is not on a socket of this machine
 */
export async function wipeEngine(address: string): Promise<void> {
  const images = JSON.parse(await call(address, 'GET', '/images/json?all=true')) as { readonly Id: string }[];
  for (const { Id } of images) await call(address, 'DELETE', `/images/${encodeURIComponent(Id)}?force=true`);
  const connection = new EngineConnection({ address });
  try {
    await prune(connection, { all: true });
  } finally {
    await connection.close();
  }
}

function call(address: string, method: string, path: string): Promise<string> {
  const socketPath = /^unix:\/\/(.+)$/.exec(address)?.[1];
  if (socketPath === undefined) throw new Error(`only an engine on this machine can be wiped, not ${address}`);
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const body = Buffer.concat(parts).toString();
        // An image that went away with another one is gone, which is all that is wanted.
        if ((answer.statusCode ?? 500) < 300 || answer.statusCode === 404) resolve(body);
        else reject(new Error(`${method} ${path}: ${answer.statusCode} ${body}`));
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
