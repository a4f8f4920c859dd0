import { setImmediate } from 'node:timers/promises';
import { digestOf, mediaTypes, type RegistryClient } from '@cooperage/oci';
import { describe, expect, it } from 'vitest';
import type { RegistryReader } from '../registry-token/registry-reader.js';
import { type ImageProject, ImageReader } from './image-reader.js';

const projectOf = (organization: string): ImageProject => ({
  ...{ organizationId: organization, organizationSlug: organization, slug: 'shop' },
});

/** A registry of images with one layer each, whose configs are given when the test says so. */
function world({ waits = true } = {}) {
  const open: { readonly organization: string; readonly answer: () => void; readonly fail: () => void }[] = [];
  const stored = new Map<string, Buffer>();
  const asked: string[] = [];
  const keep = (document: object) => {
    const bytes = Buffer.from(JSON.stringify(document));
    stored.set(digestOf(bytes), bytes);
    return { digest: digestOf(bytes), size: bytes.length };
  };
  const image = (marker: string, more: object = {}) => {
    const config = keep({ ...more, architecture: 'amd64', os: 'linux', history: [{ created_by: `RUN ${marker}` }] });
    const layer = {
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: digestOf(Buffer.from(marker)),
      size: 1,
    };
    return keep({
      ...{ schemaVersion: 2, mediaType: mediaTypes.manifest },
      ...{ config: { mediaType: mediaTypes.config, ...config }, layers: [layer] },
    }).digest;
  };
  const clientFor = ({ organizationSlug }: ImageProject) => {
    const read = async (_: unknown, digest: string) => {
      asked.push(digest);
      if (waits)
        await new Promise<void>((answer, reject) =>
          open.push({ organization: organizationSlug, answer, fail: () => reject(new Error('away')) }),
        );
      return stored.get(digest);
    };
    const get = async (_: unknown, digest: string) => {
      const bytes = stored.get(digest)!;
      return { bytes, digest, mediaType: mediaTypes.manifest, size: bytes.length };
    };
    const client = { manifests: { get }, blobs: { read }, referrers: { list: async () => [] } };
    return client as unknown as RegistryClient;
  };
  const reader = new ImageReader({ clientFor } as unknown as RegistryReader);
  return { reader, image, open, asked };
}

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
};

describe('the reader of images', () => {
  it('R4-P5 holds two configs of one organization at once, of twenty that are asked for, and answers all', async () => {
    const { reader, image, open } = world();
    const answers = Array.from({ length: 20 }, (_, at) => reader.content(projectOf('acme'), image(`acme${at}`)));
    let most = 0;
    for (let answered = 0; answered < 20; answered++) {
      await expect.poll(() => open.length).toBeGreaterThan(0);
      await turns();
      most = Math.max(most, open.length);
      open.shift()!.answer();
    }
    const makers = (await Promise.all(answers)).map(({ manifests }) => manifests[0]?.layers[0]?.createdBy);
    expect(makers).toEqual(Array.from({ length: 20 }, (_, at) => `RUN acme${at}`));
    expect(most).toBe(2);
  });

  it('R4-P5 reads for another organization while one has its share, and never more than four at once', async () => {
    const { reader, image, open } = world();
    const answers = ['acme', 'acme', 'acme', 'beta', 'beta', 'beta', 'gamma', 'delta', 'delta'].map(
      (organization, at) => reader.content(projectOf(organization), image(`${organization}${at}`)),
    );
    await turns();
    expect(open.map(({ organization }) => organization)).toEqual(['acme', 'acme', 'beta', 'gamma']);
    open.shift()!.answer();
    await turns();
    expect(open.at(-1)?.organization).toBe('delta');
    while (open.length > 0) {
      open.shift()!.answer();
      await turns();
    }
    await Promise.all(answers);
  });

  it('R4-P5 gives the slot of a read that fails to the next one', async () => {
    const { reader, image, open } = world();
    const answers = Array.from({ length: 4 }, (_, at) => reader.content(projectOf('acme'), image(`acme${at}`)));
    const ends = Promise.allSettled(answers);
    for (let failed = 0; failed < 4; failed++) {
      await expect.poll(() => open.length).toBeGreaterThan(0);
      open.shift()!.fail();
    }
    expect((await ends).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  });

  it('R4-P5 keeps few who wait, and tells the others to come again', async () => {
    const { reader, image, open } = world();
    const answers = Array.from({ length: 66 }, (_, at) => reader.content(projectOf('acme'), image(`acme${at}`)));
    await expect(reader.content(projectOf('acme'), image('last'))).rejects.toMatchObject({
      code: 'rate_limited',
      options: { detail: expect.stringMatching(/^Too many reads of images are under way\./) },
    });
    const ends = Promise.all(answers);
    for (let answered = 0; answered < 66; answered++) {
      await expect.poll(() => open.length).toBeGreaterThan(0);
      open.shift()!.answer();
    }
    await ends;
  });

  it('V-3 lets a request wait less than the server of the pages waits for it', async () => {
    const { reader, image, open } = world();
    const ends = Promise.allSettled(Array.from({ length: 66 }, () => reader.content(projectOf('acme'), image('one'))));
    await expect(reader.content(projectOf('acme'), image('one'))).rejects.toMatchObject({
      options: { retryAfterSeconds: 5 },
    });
    await expect.poll(() => open.length).toBeGreaterThan(0);
    while (open.length > 0) {
      open.shift()!.answer();
      await turns();
    }
    await ends;
  });

  it('R4-P5 asks the registry once for a config that several look at', async () => {
    const { reader, image, asked } = world({ waits: false });
    const digest = image('one');
    const project = projectOf('acme');
    await Promise.all(Array.from({ length: 5 }, () => reader.content(project, digest)));
    const manifest = await reader.manifest(project, digest, ([only]) => only);
    expect(await reader.makers(project, manifest!)).toEqual(['RUN one']);
    expect(asked.length).toBeLessThanOrEqual(2);
    await reader.content(project, digest);
    expect(asked.length).toBeLessThanOrEqual(2);
    await reader.content(projectOf('beta'), digest);
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it('R17A-3 finds out once that a config cannot be shown', async () => {
    const { reader, image, asked } = world({ waits: false });
    const volumes = Object.fromEntries(Array.from({ length: 10_001 }, (_, at) => [at, {}]));
    const digest = image('one', { config: { Volumes: volumes } });
    for (let look = 0; look < 3; look++)
      await expect(reader.content(projectOf('acme'), digest)).rejects.toMatchObject({
        kind: 'invalid',
        message: 'Volumes has more than 10000 entries',
      });
    expect(asked).toHaveLength(1);
  });
});
