import { request } from 'node:http';
import { diskUsage, prune } from '@cooperage/buildkit';
import { until } from '@cooperage/e2e';
import { askEngine } from './ask-engine.js';

/**
 * Takes everything from an engine that a build could reuse: the whole build cache with the base images in it. A build that
 * has just ended may hold on to some of it for a moment.
 * @throws {Error} when something stays, the engine refuses, or it is Docker's and not on a socket of this machine
 */
export async function wipeEngine(address: string): Promise<void> {
  await askEngine(address, async (connection) => {
    if ((await connection.dockerVersion()) !== null) await removeImages(address);
    await until('the engine is empty', async () => {
      await prune(connection, { all: true });
      return (await diskUsage(connection)).length === 0;
    });
  });
}

/** A Docker engine keeps what is pushed, and its images hold on to layers. */
async function removeImages(address: string): Promise<void> {
  const images = JSON.parse(await call(address, 'GET', '/images/json?all=true')) as { readonly Id: string }[];
  for (const { Id } of images) await call(address, 'DELETE', `/images/${encodeURIComponent(Id)}?force=true`);
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
