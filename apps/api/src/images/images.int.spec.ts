import { generateKeyPairSync } from 'node:crypto';
import type {
  Image,
  ImageSummary,
  Key,
  Page,
  Signatures,
  Tag,
  TagMove,
  TagPlanView,
  TagUseView,
} from '@cooperage/contracts';
import { SigningRepository } from '@cooperage/db';
import { type Digest, projectRepository } from '@cooperage/domain';
import { KeyVerifier } from '@cooperage/signing/verify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { publish, pushImage, writingClient } from '../../spec/published-image.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let worker: TestWorker;
let digest: Digest;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner));
  worker = await TestWorker.start(world);
  ({ digest } = await pushImage(target, 'one'));
  await publish(world, worker, await world.build(target), digest);
});
afterAll(() => world.close());

const path = () => `/api/v1/projects/${target.project.id}`;

describe('an image', () => {
  it('is listed with its tags and the build that made it', async () => {
    const { items } = expectOk(await owner.get<Page<ImageSummary>>(`${path()}/images`));
    expect(items).toEqual([
      expect.objectContaining({
        digest,
        tags: ['latest', 'main'],
        buildNumber: 1,
        verified: null,
        platforms: ['linux/amd64'],
      }),
    ]);
  });

  it('R5-A7 is listed with a hundred of its tags, and says where it has more', async () => {
    const { project } = await world.project(owner, await organizationOf(owner));
    await rowsOf(
      world,
      `INSERT INTO image (id, project_id, digest, media_type, size_bytes, platforms)
       SELECT gen_random_uuid(), $1::uuid, 'sha256:' || repeat(n::text, 64), 'application/json', 1, '{}' FROM generate_series(1, 2) n`,
      [project.id],
    );
    await rowsOf(
      world,
      `INSERT INTO image_tag (project_id, tag, digest, build_id, sequence, build_number)
       SELECT $1::uuid, 'tag-' || lpad(n::text, 3, '0'), 'sha256:' || repeat(CASE WHEN n > 100 THEN '1' ELSE '2' END, 64),
         gen_random_uuid(), n, n FROM generate_series(1, 300) n`,
      [project.id],
    );
    const { items } = expectOk(await owner.get<Page<ImageSummary>>(`/api/v1/projects/${project.id}/images`));
    const [many, hundred] = items.toSorted((a, b) => a.digest.localeCompare(b.digest));
    expect([many!.tags.length, many!.tags[0], many!.tags.at(-1), many!.moreTags]).toEqual([
      100,
      'tag-101',
      'tag-200',
      true,
    ]);
    expect([hundred!.tags.length, hundred!.tags.at(-1), hundred!.moreTags]).toEqual([100, 'tag-100', false]);
  });

  it('R8-B2 is listed with the beginning of a name that is too long for a platform', async () => {
    const { project } = await world.project(owner, await organizationOf(owner));
    await rowsOf(
      world,
      `INSERT INTO image (id, project_id, digest, media_type, size_bytes, platforms)
       SELECT gen_random_uuid(), $1::uuid, 'sha256:' || repeat('1', 64), 'application/json', 1,
         ARRAY['linux/arm64', repeat('x', 100000)] || array_fill('linux/amd64'::text, ARRAY[100])`,
      [project.id],
    );
    const { items } = expectOk(await owner.get<Page<ImageSummary>>(`/api/v1/projects/${project.id}/images`));
    const { platforms } = items[0]!;
    expect(platforms.slice(0, 3)).toEqual(['linux/arm64', 'x'.repeat(98), 'linux/amd64']);
    expect(platforms).toHaveLength(50);
  });

  it('is shown as the registry holds it', async () => {
    const image = expectOk(await owner.get<Image>(`${path()}/images/${digest}`));
    expect(image).toMatchObject({
      index: null,
      referrers: [],
      reference: `${target.project.imageRepository}@${digest}`,
    });
    const [manifest] = image.manifests;
    expect(manifest).toMatchObject({
      ...{ platform: 'linux/amd64', attests: null, annotations: { note: 'x' }, labels: { marker: 'one' } },
      ...{ environment: ['A=<b>'], command: ['sh'], workingDirectory: '/srv', user: 'nobody' },
    });
    expect(manifest?.layers).toEqual([expect.objectContaining({ createdBy: 'COPY x /x' })]);
    expect(manifest?.history.map(({ empty, layer }) => [empty, layer?.digest])).toEqual([
      [false, manifest?.layers[0]?.digest],
      [true, undefined],
    ]);
  });

  it('is shown raw, byte for byte, as text to be saved', async () => {
    const manifest = await owner.get(`${path()}/blobs/${digest}`);
    expect(JSON.parse(manifest.text)).toMatchObject({ annotations: { note: 'x' } });
    expect(manifest.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(manifest.headers.get('content-disposition')).toBe('attachment');
    const { config } = JSON.parse(manifest.text) as { config: { digest: string } };
    expect(JSON.parse((await owner.get(`${path()}/blobs/${config.digest}`)).text)).toMatchObject({
      config: { User: 'nobody' },
    });
    expect((await owner.get(`${path()}/blobs/sha256:${'0'.repeat(64)}`)).status).toBe(404);
  });

  it('says what a tag by hand would move, and remembers where its tags came from', async () => {
    const plan = (tag: string) => owner.get<TagPlanView>(`${path()}/images/${digest}/retag?tag=${tag}`);
    expect(expectOk(await plan('stable'))).toEqual({
      ...{ tag: 'stable', kind: 'new', from: null, to: { digest, buildNumber: 1 }, verified: false },
    });
    expect(expectOk(await plan('latest'))).toMatchObject({ kind: 'same', from: { digest, buildNumber: 1 } });
    expect(problemOf(await plan('no%20tag')).code).toBe('validation_failed');
    expect((await owner.get(`${path()}/images/sha256:${'0'.repeat(64)}/retag?tag=stable`)).status).toBe(404);
    const moves = (query: string) => owner.get<Page<TagMove>>(`${path()}/tag-moves?${query}`);
    const { items } = expectOk(await moves(`digest=${digest}`));
    expect(items.map(({ tag, to }) => `${tag} ${to}`).toSorted()).toEqual([`latest ${digest}`, `main ${digest}`]);
    expect(expectOk(await moves(`digest=sha256:${'0'.repeat(64)}`)).items).toEqual([]);
  });

  it('is found by the beginning of a tag or digest', async () => {
    const search = async (q: string) => expectOk(await owner.get<Page<ImageSummary>>(`${path()}/images?q=${q}`)).items;
    expect((await search('lat')).map((image) => image.digest)).toEqual([digest]);
    expect((await search(digest.slice('sha256:'.length, 20))).map((image) => image.digest)).toEqual([digest]);
    expect(await search('zzz')).toEqual([]);
  });

  it('that the registry has lost is gone, which is not the same as never there', async () => {
    const lost = await pushImage(target, 'lost');
    await publish(world, worker, await world.build(target), lost.digest);
    const repository = projectRepository(target.project.organizationSlug, target.project.slug);
    await writingClient(repository).manifests.delete(repository, lost.digest);
    expect(problemOf(await owner.get(`${path()}/images/${lost.digest}`)).code).toBe('gone');
    expect((await owner.get(`${path()}/images/sha256:${'0'.repeat(64)}`)).status).toBe(404);
    for (const bad of ['latest', 'sha256:x', `sha512:${'a'.repeat(128)}`])
      expect((await owner.get(`${path()}/images/${bad}`)).status).toBe(400);
  });
});

describe('tags', () => {
  it('say where they point, and where they came from', async () => {
    const second = await pushImage(target, 'two');
    await publish(world, worker, await world.build(target), second.digest);
    const tags = expectOk(await owner.get<Page<Tag>>(`${path()}/tags?limit=1`));
    expect(tags.items).toEqual([expect.objectContaining({ tag: 'latest', digest: second.digest })]);
    const more = expectOk(await owner.get<Page<Tag>>(`${path()}/tags?limit=1&cursor=${tags.next}`));
    expect([more.items[0]?.tag, more.next]).toEqual(['main', null]);
    const moves = expectOk(await owner.get<Page<TagMove>>(`${path()}/tag-moves?tag=main`));
    expect(moves.items[0]).toMatchObject({ tag: 'main', to: second.digest });
    expect(moves.items.at(-1)).toMatchObject({ from: null, to: digest });
  });

  it('V9B-M2 are counted beside how many a project may have, with a word from 80 % on', async () => {
    const { project } = await world.project(owner, await organizationOf(owner));
    const count = async () => expectOk(await owner.get<TagUseView>(`/api/v1/projects/${project.id}/tag-use`));
    expect(await count()).toEqual({
      all: { used: 0, limit: 50_000, state: 'ok' },
      unprotected: { used: 0, limit: 37_500, state: 'ok' },
    });
    await rowsOf(
      world,
      `INSERT INTO image_tag (project_id, tag, digest, build_id, sequence, build_number, zone)
       SELECT $1::uuid, 'tag-' || n, 'sha256:none', gen_random_uuid(), 1, 1, CASE WHEN n > 30000 THEN 'protected' ELSE 'branch' END
       FROM generate_series(1, 30001) n`,
      [project.id],
    );
    expect(await count()).toEqual({
      all: { used: 30_001, limit: 50_000, state: 'ok' },
      unprotected: { used: 30_000, limit: 37_500, state: 'near' },
    });
  });
});

describe('signatures', () => {
  it('that were never looked for are unchecked; a look finds that there are none', async () => {
    const at = `${path()}/images/${digest}`;
    expect(expectOk(await owner.get<Signatures>(`${at}/signatures`))).toMatchObject({
      state: 'unchecked',
      checks: [],
      snippets: [],
    });
    const verified = expectOk(await owner.post<Signatures>(`${at}/verify`));
    expect(verified.state).toBe('unsigned');
    expect(verified.checks.find(({ id }) => id === 'digest')?.ok).toBe(true);
    expect(verified.checks.find(({ id }) => id === 'signature')?.ok).toBe(false);
    expect(expectOk(await owner.get<Signatures>(`${at}/signatures`))).toEqual(verified);
    const { items } = expectOk(await owner.get<Page<ImageSummary>>(`${path()}/images`));
    expect(items.find((image) => image.digest === digest)?.verified).toBe(false);
  });

  it('come with the commands of stock cosign, and a key that anyone may read', async () => {
    const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString();
    const keys = new SigningRepository(world.database);
    await keys.addFirstKey(target.project.id, {
      publicKeyPem: pem,
      hint: 'hint',
      sealed: Buffer.from('sealed canary'),
    });
    const listed = await owner.get<Page<Key>>(`${path()}/keys`);
    expect(listed.text).not.toMatch(/canary|sealed/);
    const [key] = expectOk(listed).items;
    expect(key).toMatchObject({ state: 'signing', publicKeyPem: pem });
    const { commands, snippets, publicKeyUrl } = expectOk(
      await owner.get<Signatures>(`${path()}/images/${digest}/signatures`),
    );
    expect(publicKeyUrl).toBe(key?.publicKeyUrl);
    const cosign = commands.filter((command) => command.arguments[0] === 'cosign');
    expect(cosign.map((command) => command.arguments.slice(1, 4))).toEqual([
      ['verify', '--key', publicKeyUrl],
      ['verify-attestation', '--key', publicKeyUrl],
      ['tree', '--allow-http-registry=true', `${target.project.imageRepository}@${digest}`],
    ]);
    for (const command of commands) expect(command.text).toContain(`@${digest}`);
    expect(snippets.map(({ tool }) => tool)).toContain('Kyverno');
    const answer = await fetch(publicKeyUrl!);
    expect([answer.status, await answer.text()]).toEqual([200, pem]);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    const unknown = publicKeyUrl!.replace(/[0-9a-f-]{36}/, '01970000-0000-7000-8000-000000000000');
    expect((await fetch(unknown)).status).toBe(404);
    expect((await fetch(publicKeyUrl!.replace('.pub', '.key'))).status).toBe(400);
  });

  it('R5-C4 are not verified by a key that is revoked while the registry is asked, but looked at once more', async () => {
    const { id, publicKeyPem } = (await world.database.prisma.signingKey.findFirst({
      where: { projectId: target.project.id, state: 'signing' },
    }))!;
    const verifier = vi
      .spyOn(KeyVerifier.prototype, 'verify')
      .mockImplementation(async ({ publicKeys, repository }) => {
        const trusted = publicKeys.includes(publicKeyPem!);
        await world.database.prisma.signingKey.update({ where: { id }, data: { state: 'revoked' } });
        return { ok: trusted, verdict: trusted ? 'verified' : 'untrusted', digest, repository, checks: [] };
      });
    const { state } = expectOk(await owner.post<Signatures>(`${path()}/images/${digest}/verify`));
    expect([state, verifier.mock.calls.length]).toEqual(['untrusted', 2]);
    verifier.mockRestore();
    const written = { where: { projectId: target.project.id, verdict: 'verified' } };
    expect(await world.database.prisma.imageVerification.count(written)).toBe(0);
  });

  it('name a builder and a build type whose addresses answer, to people and to programs', async () => {
    for (const page of ['/builders/default/v1', '/build-types/dockerfile/v1']) {
      const shown = await world.anonymous().get(page, { accept: 'text/html' });
      expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(shown.text).toContain(`<code>${world.origin}${page}</code>`);
      expect((await world.anonymous().get<{ id: string }>(page)).body.id).toBe(world.origin + page);
    }
    expect((await world.anonymous().get('/builders/other/v1')).status).toBe(404);
  });
});
