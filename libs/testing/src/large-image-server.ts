import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { services } from './services.js';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** A registry as anybody may have one, with one image: nothing is in it, and what it says of itself is large. */
export class LargeImageServer {
  private sent = 0;

  private constructor(
    private readonly server: Server,
    config: Buffer,
  ) {
    const manifest = manifestOf(config);
    // A thousandth of it crosses the wire: an engine unpacks it by itself.
    const packed = gzipSync(config);
    server.on('request', ({ url = '' }: IncomingMessage, answer: ServerResponse) => {
      if (url.includes('/manifests/')) {
        const digest = digestOf(manifest);
        answer.writeHead(200, {
          ...{ 'content-type': manifestType, 'content-length': manifest.length, 'docker-content-digest': digest },
        });
        answer.end(manifest);
      } else if (url.includes('/blobs/')) {
        this.sent++;
        answer.writeHead(200, { 'content-encoding': 'gzip' });
        answer.end(packed);
      } else answer.end();
    });
  }

  /** @param configBytes of the image's configuration, unpacked */
  static async start(configBytes: number): Promise<LargeImageServer> {
    const text = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } };
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, services().reachableAddress, resolve));
    return new LargeImageServer(server, Buffer.from(JSON.stringify(text).padEnd(configBytes)));
  }

  get image(): string {
    return `${services().reachableAddress}:${(this.server.address() as AddressInfo).port}/large:latest`;
  }

  /** How often its configuration was requested. */
  get asked(): number {
    return this.sent;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function manifestOf(config: Buffer): Buffer {
  const descriptor = {
    ...{ mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
  };
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: descriptor, layers: [] }));
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
