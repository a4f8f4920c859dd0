import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

export interface BaseImage {
  /** Debian's name: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly environment: readonly string[];
  readonly command: readonly string[];
  /** How the layer was made, as its line in the image's history. */
  readonly createdBy: string;
  /** RFC 3339. */
  readonly created: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const TYPE = 'application/vnd.oci.image';

/** Writes an image of one layer as an OCI image layout: https://github.com/opencontainers/image-spec */
export async function writeLayout(folder: string, layerTar: string, image: BaseImage): Promise<void> {
  mkdirSync(path.join(folder, 'blobs/sha256'), { recursive: true });
  const { layer, diffId } = await writeLayer(folder, layerTar);
  const config = writeBlob(folder, `${TYPE}.config.v1+json`, {
    architecture: image.architecture,
    os: 'linux',
    created: image.created,
    config: { Env: image.environment, Cmd: image.command },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created: image.created, created_by: image.createdBy }],
  });
  const mediaType = `${TYPE}.manifest.v1+json`;
  const manifest = writeBlob(folder, mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] });
  writeFileSync(path.join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  writeFileSync(path.join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}

async function writeLayer(folder: string, layerTar: string): Promise<{ layer: Descriptor; diffId: string }> {
  const part = path.join(folder, 'layer.part');
  const [plain, packed] = [createHash('sha256'), createHash('sha256')];
  const [beforePacking, afterPacking] = [new PassThrough(), new PassThrough()];
  beforePacking.on('data', (chunk: Buffer) => plain.update(chunk));
  afterPacking.on('data', (chunk: Buffer) => packed.update(chunk));
  await pipeline(createReadStream(layerTar), beforePacking, createGzip(), afterPacking, createWriteStream(part));
  const digest = packed.digest('hex');
  renameSync(part, path.join(folder, 'blobs/sha256', digest));
  const size = statSync(path.join(folder, 'blobs/sha256', digest)).size;
  return {
    layer: { mediaType: `${TYPE}.layer.v1.tar+gzip`, digest: `sha256:${digest}`, size },
    diffId: `sha256:${plain.digest('hex')}`,
  };
}

function writeBlob(folder: string, mediaType: string, content: unknown): Descriptor {
  const bytes = Buffer.from(JSON.stringify(content));
  const digest = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(path.join(folder, 'blobs/sha256', digest), bytes);
  return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
}
