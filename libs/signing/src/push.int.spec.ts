import { randomBytes } from 'node:crypto';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Descriptor, digestOf, isRegistryError, mediaTypes, RegistryClient, referrersTag } from '@cooperage/oci';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreArtifact, type SignedArtifact, storeArtifact } from './artifact.js';
import { ours, project, signed, stranger } from './check/forgeries.fixture.js';
import { verifyImage } from './check/verify-image.js';
import { attestationTag, signatureTag } from './format/legacy-tags.js';
import { attachSignatures } from './push.js';
import { putImage, putManifest } from './registry-image.fixture.js';

const open = new RegistryClient({ host: services().openRegistry, scheme: 'http' });
const repository = `push/${randomBytes(6).toString('hex')}`;

const isVerified = async (subject: Descriptor, client = open) =>
  (
    await verifyImage({
      client,
      repository,
      digest: subject.digest,
      publicKeys: [ours.publicKeyPem],
      expected: { project },
    })
  ).ok;
const descriptorsOf = (artifacts: readonly SignedArtifact[]) =>
  artifacts.flatMap(({ place }) => (place.as === 'referrer' ? [place.descriptor] : []));

async function bytesUnder(tag: string): Promise<string> {
  return (await open.manifests.get(repository, tag)).bytes.toString();
}

describe('attachSignatures', () => {
  it('writes referrers, their fallback index and both older tags, and the second time nothing new', async () => {
    const subject = await putImage(open, repository);
    const artifacts = Object.values(await signed(subject));
    const attach = () => attachSignatures(open, { repository, subject, artifacts });
    expect(await attach()).toEqual({ referrers: 'fallback', tagsWritten: 3 });
    const before = await bytesUnder(referrersTag(subject.digest));
    expect(await attach()).toEqual({ referrers: 'fallback', tagsWritten: 0 });
    expect(await bytesUnder(referrersTag(subject.digest))).toBe(before);
    expect(await isVerified(subject)).toBe(true);
  });

  it('pushes what was stored before a crash, to the last byte', async () => {
    const subject = await putImage(open, repository);
    const stored = JSON.stringify(Object.values(await signed(subject)).map(storeArtifact));
    const artifacts = () => (JSON.parse(stored) as unknown[]).map(restoreArtifact);
    for (const [lifeMs, delayMs] of [5, 10, 15, 20, 30, 45].entries()) {
      const options = { signal: AbortSignal.timeout(delayMs + lifeMs) };
      await attachSignatures(open, { repository, subject, artifacts: artifacts() }, options).catch(() => {});
    }
    await attachSignatures(open, { repository, subject, artifacts: artifacts() });
    expect(await open.referrers.list(repository, subject.digest)).toHaveLength(2);
    expect(JSON.parse(await bytesUnder(signatureTag(subject.digest))).layers).toHaveLength(1);
    expect(await isVerified(subject)).toBe(true);
  });

  it('loses none of eight that follow each other under one lock', async () => {
    const subject = await putImage(open, repository);
    const sets = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        signed(subject, { facts: { invocationId: `https://cooperage.example/b/${n}` } }),
      ),
    );
    let lock: Promise<unknown> = Promise.resolve();
    const underLock = (work: () => Promise<unknown>) => (lock = lock.then(work));
    await Promise.all(
      sets.map((set) =>
        underLock(() => attachSignatures(open, { repository, subject, artifacts: Object.values(set) })),
      ),
    );
    expect(await open.referrers.list(repository, subject.digest)).toHaveLength(16);
    expect(JSON.parse(await bytesUnder(signatureTag(subject.digest))).layers).toHaveLength(8);
  });

  it('repairs a lost index and lost tags with what the rows know', async () => {
    const subject = await putImage(open, repository);
    const earlier = Object.values(await signed(subject, { facts: { invocationId: 'https://cooperage.example/b/1' } }));
    const artifacts = Object.values(await signed(subject));
    await attachSignatures(open, { repository, subject, artifacts: [...earlier, ...artifacts] });
    const before = await bytesUnder(referrersTag(subject.digest));
    // One after the other: the registry reads all tags for each, and fails where one goes meanwhile.
    for (const tag of [referrersTag(subject.digest), signatureTag(subject.digest)])
      await open.tags.delete(repository, tag);
    expect(await isVerified(subject)).toBe(false);
    const repair = { repository, subject, artifacts, knownReferrers: descriptorsOf(earlier) };
    expect(await attachSignatures(open, repair)).toEqual({ referrers: 'fallback', tagsWritten: 2 });
    expect(await bytesUnder(referrersTag(subject.digest))).toBe(before);
    expect(await isVerified(subject)).toBe(true);
  });

  it('keeps what strangers put', async () => {
    const subject = await putImage(open, repository);
    const theirs = Object.values(await signed(subject, { key: stranger }));
    await attachSignatures(open, { repository, subject, artifacts: theirs });
    await attachSignatures(open, { repository, subject, artifacts: Object.values(await signed(subject)) });
    const listed = (await open.referrers.list(repository, subject.digest)).map((entry) => entry.digest);
    expect(listed).toEqual(expect.arrayContaining(descriptorsOf(theirs).map((entry) => entry.digest)));
    expect(JSON.parse(await bytesUnder(signatureTag(subject.digest))).layers).toHaveLength(2);
    expect(await isVerified(subject)).toBe(true);
  });

  it('R7-B keeps what others put under an older tag that has more than a verifier reads, and takes ours that are retired', async () => {
    const subject = await putImage(open, repository);
    const blobs = ['theirs', 'ours'].map((name) => Buffer.from(`${name} of ${subject.digest}`));
    const config = Buffer.from('{}');
    await Promise.all([config, ...blobs].map((blob) => open.blobs.put(repository, blob)));
    const described = (blob: Buffer, mediaType: string) => ({ mediaType, digest: digestOf(blob), size: blob.length });
    const [theirs, old] = blobs.map((blob, at) =>
      Array.from({ length: 300 - at }, (_, n) => ({ ...described(blob, 'text/plain'), annotations: { n: `${n}` } })),
    );
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: described(config, mediaTypes.config) };
    const bytes = Buffer.from(JSON.stringify({ ...manifest, layers: [...theirs!, ...old!] }));
    await open.manifests.put(repository, attestationTag(subject.digest), { bytes, mediaType: mediaTypes.manifest });
    const retired = async (standing: ReadonlySet<string>) =>
      new Set([digestOf(blobs[1]!)].filter((digest) => standing.has(digest)));
    await attachSignatures(open, { repository, subject, artifacts: Object.values(await signed(subject)), retired });
    const { layers } = JSON.parse(await bytesUnder(attestationTag(subject.digest)));
    expect(layers).toHaveLength(301);
    expect(layers.slice(0, 300)).toEqual(theirs);
    expect(await isVerified(subject)).toBe(true);
  });

  it('replaces what makes no sense under its tags', async () => {
    const subject = await putImage(open, repository);
    const junk = await putImage(open, repository);
    const manifest = await open.manifests.get(repository, junk.digest);
    await open.manifests.put(repository, referrersTag(subject.digest), manifest);
    const index = await putManifest(open, repository, { mediaType: mediaTypes.index, manifests: [junk] });
    await open.tags.put(repository, signatureTag(subject.digest), index.digest);
    await attachSignatures(open, { repository, subject, artifacts: Object.values(await signed(subject)) });
    expect(await isVerified(subject)).toBe(true);
  });

  it('ends at once when its tenure ends', async () => {
    const subject = await putImage(open, repository);
    const reason = new Error('the tenure is over');
    const attach = attachSignatures(
      open,
      { repository, subject, artifacts: Object.values(await signed(subject)) },
      { signal: AbortSignal.abort(reason) },
    );
    await expect(attach).rejects.toBe(reason);
    expect(await open.referrers.list(repository, subject.digest)).toEqual([]);
  });

  it('says that the registry cannot be reached', async () => {
    const subject = await putImage(open, repository);
    const gone = new RegistryClient({ host: '127.0.0.1:1', scheme: 'http' });
    const request = { repository, subject, artifacts: Object.values(await signed(subject)) };
    const failure = await attachSignatures(gone, request).catch((error: unknown) => error);
    expect(isRegistryError(failure, 'unavailable')).toBe(true);
  });
});

describe('a registry that keeps referrers itself', () => {
  let server: Server;
  let client: RegistryClient;
  /** Registries exist that answer `OCI-Subject` and have no API. */
  let hasApi = true;

  beforeAll(async () => {
    server = referrersRegistry(() => hasApi);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const fresh = () =>
    new RegistryClient({ host: `127.0.0.1:${(server.address() as AddressInfo).port}`, scheme: 'http' });

  it('needs no fallback index', async () => {
    hasApi = true;
    client = fresh();
    const subject = await putImage(client, repository);
    const artifacts = Object.values(await signed(subject));
    expect(await attachSignatures(client, { repository, subject, artifacts })).toEqual({
      referrers: 'api',
      tagsWritten: 2,
    });
    expect(await client.manifests.find(repository, referrersTag(subject.digest))).toBeNull();
    expect(await client.referrers.list(repository, subject.digest)).toHaveLength(2);
    expect(await isVerified(subject, client)).toBe(true);
  });

  it('gets one when it only says so', async () => {
    hasApi = false;
    client = fresh();
    const subject = await putImage(client, repository);
    const artifacts = Object.values(await signed(subject));
    expect(await attachSignatures(client, { repository, subject, artifacts })).toMatchObject({ referrers: 'fallback' });
    expect(await isVerified(subject, client)).toBe(true);
  });
});

/** The open registry with a referrers API in front, as newer registries have one. */
function referrersRegistry(hasApi: () => boolean): Server {
  const [host, port] = services().openRegistry.split(':');
  const lists = new Map<string, Descriptor[]>();
  return createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const asked = /\/referrers\/(sha256:[0-9a-f]{64})$/.exec(incoming.url!)?.[1];
    if (asked && hasApi()) {
      const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: lists.get(asked) ?? [] };
      response.writeHead(200, { 'content-type': mediaTypes.index }).end(JSON.stringify(index));
      return;
    }
    const { method, headers, url: path } = incoming;
    const forward = httpRequest({ host, port, path, method, headers }, (answer) => {
      const subject =
        method === 'PUT' && path!.includes('/manifests/') ? JSON.parse(body.toString()).subject : undefined;
      if (subject && answer.statusCode === 201) {
        const entry = { mediaType: mediaTypes.manifest, digest: digestOf(body), size: body.length };
        lists.set(subject.digest, [...(lists.get(subject.digest) ?? []), entry]);
      }
      response.writeHead(answer.statusCode!, { ...answer.headers, ...(subject && { 'oci-subject': subject.digest }) });
      answer.pipe(response);
    });
    forward.end(body);
  });
}
