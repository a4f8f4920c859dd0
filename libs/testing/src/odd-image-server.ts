import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { services } from './services.js';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

export interface OddImage {
  /** Bytes that its configuration has, unpacked. */
  readonly configBytes?: number;
  /** Instructions that a Dockerfile has behind its FROM. */
  readonly onBuild?: readonly string[];
  /** Of zstd. */
  readonly layer?: { readonly packed: Buffer; readonly unpacked: Buffer };
}

/** A registry as anybody may have one, with one image, which is made to be expensive. */
export class OddImageServer {
  private sent = 0;

  private constructor(
    private readonly server: Server,
    { layer }: OddImage,
    config: Buffer,
  ) {
    const manifest = manifestOf(config, layer?.packed);
    // A thousandth of it crosses the wire: an engine unpacks it by itself.
    const packed = gzipSync(config);
    server.on('request', ({ url = '' }: IncomingMessage, answer: ServerResponse) => {
      if (url.includes('/manifests/')) {
        const digest = digestOf(manifest);
        answer.writeHead(200, {
          ...{ 'content-type': manifestType, 'content-length': manifest.length, 'docker-content-digest': digest },
        });
        answer.end(manifest);
      } else if (layer && url.endsWith(digestOf(layer.packed))) answer.end(layer.packed);
      else if (url.includes('/blobs/')) {
        this.sent++;
        answer.writeHead(200, { 'content-encoding': 'gzip' });
        answer.end(packed);
      } else answer.end();
    });
  }

  static async start(image: OddImage): Promise<OddImageServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, services().reachableAddress, resolve));
    return new OddImageServer(server, image, configOf(image));
  }

  get image(): string {
    return `${services().reachableAddress}:${(this.server.address() as AddressInfo).port}/odd:latest`;
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

/** Puts such an image into the public registry, for engines that reach no other. */
export async function pushOddImage(repository: string, image: OddImage): Promise<void> {
  const at = `http://${services().openRegistry}/v2/${repository}`;
  const put = async (address: string | URL, type: string, body: Buffer) => {
    const answer = await fetch(address, {
      method: 'PUT',
      headers: { 'content-type': type },
      body: new Uint8Array(body),
    });
    if (answer.status !== 201) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`);
  };
  const config = configOf(image);
  for (const blob of [config, ...(image.layer ? [image.layer.packed] : [])]) {
    const begun = await fetch(`${at}/blobs/uploads/`, { method: 'POST' });
    const place = new URL(begun.headers.get('location') ?? '', at);
    place.searchParams.set('digest', digestOf(blob));
    await put(place, 'application/octet-stream', blob);
  }
  await put(`${at}/manifests/latest`, manifestType, manifestOf(config, image.layer?.packed));
}

function configOf({ configBytes = 0, onBuild = [], layer }: OddImage): Buffer {
  const text = {
    ...{ architecture: 'amd64', os: 'linux', config: { OnBuild: onBuild } },
    rootfs: { type: 'layers', diff_ids: layer ? [digestOf(layer.unpacked)] : [] },
  };
  return Buffer.from(JSON.stringify(text).padEnd(configBytes));
}

function manifestOf(config: Buffer, layer?: Buffer): Buffer {
  const of = (kind: string, content: Buffer) => ({
    ...{ mediaType: `application/vnd.oci.image.${kind}`, digest: digestOf(content), size: content.length },
  });
  return Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType: manifestType, config: of('config.v1+json', config) },
      layers: layer ? [of('layer.v1.tar+zstd', layer)] : [],
    }),
  );
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
