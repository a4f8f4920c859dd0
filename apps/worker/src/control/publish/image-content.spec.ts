import { digestOf, mediaTypes, RegistryError } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import { contentOf, contentOfNoOther } from './image-content.js';
import type { PublisherSession } from './publisher-session.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** A repository with these manifests, each read by its digest. */
class Repository {
  readonly #manifests = new Map<string, { bytes: Buffer; mediaType: string }>();
  readonly session = {
    signal: new AbortController().signal,
    registry: { manifests: { get: async (_: string, digest: string) => this.#get(digest) } },
  } as unknown as PublisherSession;

  put(mediaType: string, document: object) {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }));
    const digest = digestOf(bytes);
    this.#manifests.set(digest, { bytes, mediaType });
    return { mediaType, digest, size: bytes.length };
  }

  image(...layers: string[]) {
    const blob = (text: string, mediaType: string) => ({ mediaType, digest: digestOf(Buffer.from(text)), size: 1 });
    const config = blob(`config of ${layers}`, mediaTypes.config);
    return this.put(mediaTypes.manifest, { config, layers: layers.map((each) => blob(each, layerType)) });
  }

  index(...manifests: readonly object[]) {
    return this.put(mediaTypes.index, { manifests });
  }

  spoil(digest: string): void {
    this.#manifests.set(digest, { bytes: Buffer.from('no JSON'), mediaType: mediaTypes.manifest });
  }

  forget(digest: string): void {
    this.#manifests.delete(digest);
  }

  #get(digest: string) {
    const found = this.#manifests.get(digest);
    if (!found) throw new RegistryError('not_found', 'it is not there');
    return { ...found, digest, size: found.bytes.length };
  }
}

const blobs = (...texts: string[]) => new Set(texts.map((text) => digestOf(Buffer.from(text))));

describe('R5-A8 what goes with a deleted image', () => {
  it('R5-A8 is its layers and its config, except those that another image has', async () => {
    const repository = new Repository();
    const [going, other] = [repository.image('base', 'secret'), repository.image('base', 'mended')];
    const content = await contentOf(repository.session, 'acme/api', going.digest);
    expect(content.blobs).toEqual(blobs('config of base,secret', 'base', 'secret'));
    const own = await contentOfNoOther(repository.session, 'acme/api', content, [other.digest], logger);
    expect(own).toEqual({ manifests: new Set([going.digest]), blobs: blobs('config of base,secret', 'secret') });
  });

  it('R5-A8 is the manifests of its platforms too, except those that another image is or has', async () => {
    const repository = new Repository();
    const [amd64, arm64, arm] = [repository.image('a'), repository.image('b'), repository.image('c')];
    const going = repository.index(amd64, arm64, arm);
    const others = [repository.index(arm64).digest, arm.digest];
    const content = await contentOf(repository.session, 'acme/api', going.digest);
    const own = await contentOfNoOther(repository.session, 'acme/api', content, others, logger);
    expect(own).toEqual({ manifests: new Set([going.digest, amd64.digest]), blobs: blobs('config of a', 'a') });
  });

  it('R5-A8 is what is still there, and no layer of another image that has lost a part of itself', async () => {
    const repository = new Repository();
    const [gone, left] = [repository.image('a'), repository.image('b')];
    const other = repository.index(gone, left);
    repository.forget(gone.digest);
    const going = repository.image('a', 'b');
    const content = await contentOf(repository.session, 'acme/api', going.digest);
    const own = await contentOfNoOther(repository.session, 'acme/api', content, [other.digest], logger);
    expect(own.blobs).toEqual(blobs('config of a,b', 'a'));
    const nothing = { manifests: new Set(), blobs: new Set() };
    expect(await contentOf(repository.session, 'acme/api', gone.digest)).toEqual(nothing);
  });

  it('R5-A8 is nothing where another image cannot be read, and not known where the registry does not answer', async () => {
    const repository = new Repository();
    const [going, other] = [repository.image('a'), repository.image('b')];
    const content = await contentOf(repository.session, 'acme/api', going.digest);
    repository.spoil(other.digest);
    const own = await contentOfNoOther(repository.session, 'acme/api', content, [other.digest], logger);
    expect(own).toEqual({ manifests: new Set(), blobs: new Set() });
    const away = new RegistryError('unavailable', 'no answer');
    const get = async () => Promise.reject(away);
    const session = { ...repository.session, registry: { manifests: { get } } } as unknown as PublisherSession;
    await expect(contentOfNoOther(session, 'acme/api', content, [other.digest], logger)).rejects.toBe(away);
  });
});
