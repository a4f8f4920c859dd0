import type {
  Deletion,
  ImageDeletionPreviewView,
  KeptTag,
  Page,
  RetentionPolicyView,
  RetentionPreviewView,
} from '@cooperage/contracts';
import { newId } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let viewer: Visitor;
let target: TestProject;
let base: string;
const digest = `sha256:${'7'.repeat(64)}`;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  const organizationId = await organizationOf(owner);
  viewer = await world.member(owner, organizationId, 'viewer');
  target = await world.project(owner, organizationId);
  base = `/api/v1/organizations/${organizationId}/retention`;
  const { id: projectId } = target.project;
  await world.database.prisma.image.create({
    data: {
      ...{ id: newId(), projectId, digest },
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      sizeBytes: 5n,
    },
  });
  const { id: buildId } = await world.build(target);
  const tag = { projectId, tag: 'main', digest, buildId, sequence: 1n, buildNumber: 1 };
  await world.database.prisma.imageTag.create({ data: tag });
});
afterAll(() => world.close());

const change = { buildDays: 200, logDays: 0, deliveryDays: null, graceDays: 2 };
const imagePath = () => `/api/v1/projects/${target.project.id}/images/${digest}/deletion`;
const deletions = async (state = 'open') =>
  expectOk(await owner.get<Page<Deletion>>(`${base}/deletions?state=${state}`)).items;

describe('the retention of an organization', () => {
  it('inherits the installation, and says for each value where it is set', async () => {
    const before = expectOk(await owner.get<RetentionPolicyView>(base));
    expect(before).toMatchObject({ buildDays: 400, logDays: 90, deliveryDays: 30, graceDays: 7 });
    expect(Object.values(before.origins)).toEqual(Array(4).fill('installation'));
    const after = expectOk(await owner.ask<RetentionPolicyView>('PUT', base, change));
    expect(after).toMatchObject({ buildDays: 200, logDays: 0, deliveryDays: 30, graceDays: 2 });
    expect(after.origins).toMatchObject({ logDays: 'organization', deliveryDays: 'installation' });
  });

  it('refuses bad values, and changes by whoever is no admin', async () => {
    for (const wrong of [
      { ...change, logDays: -1 },
      { ...change, buildDays: 1.5 },
      { ...change, x: 1 },
      { logDays: 1 },
    ])
      expect(problemOf(await owner.ask('PUT', base, wrong)).code).toBe('validation_failed');
    expect(problemOf(await viewer.ask('PUT', base, change)).code).toBe('forbidden');
    expect(problemOf(await owner.get(`${base}/preview?logDays=x`)).code).toBe('validation_failed');
  });

  it('tells by a dry run what a policy would delete [A3 retention]', async () => {
    const { id } = await world.build(target);
    const finishedAt = new Date(Date.now() - 300 * 86_400_000);
    await world.database.prisma.build.update({ where: { id }, data: { status: 'failed', finishedAt } });
    const preview = expectOk(await viewer.get<RetentionPreviewView>(`${base}/preview`));
    expect(preview.kinds.find(({ kind }) => kind === 'build')).toMatchObject({
      count: 1,
      more: false,
      items: [{ id }],
    });
    const other = expectOk(await viewer.get<RetentionPreviewView>(`${base}/preview?buildDays=0`));
    expect(other.kinds.map(({ kind }) => kind)).toEqual(['delivery']);
    expect(await deletions()).toEqual([]);
  });
});

describe('the deletion of an image by hand', () => {
  it('shows what goes with it, and needs the tags that the person saw', async () => {
    const preview = expectOk(await viewer.get<ImageDeletionPreviewView>(imagePath()));
    const rest = { artifacts: 0, bytes: 5, graceDays: 2, deletion: null };
    expect(preview).toEqual({ tags: ['main'], tagsLeftOut: 0, tagsDigest: null, ...rest });
    expect(problemOf(await owner.post(imagePath(), { comment: 'old' })).code).toBe('stale');
    expect(problemOf(await owner.post(imagePath(), { tags: ['main'], comment: ' ' })).code).toBe('validation_failed');
    expect(problemOf(await viewer.post(imagePath(), { tags: ['main'], comment: 'old' })).code).toBe('forbidden');
    const missing = imagePath().replace('777', '888');
    expect(problemOf(await owner.post(missing, { comment: 'old' })).code).toBe('not_found');
  });

  it('is scheduled, listed, undone, and scheduled again [A3 retention]', async () => {
    const body = { tags: ['main'], comment: 'old' };
    const made = expectOk(await owner.post<Deletion>(imagePath(), body), 201);
    expect(made).toMatchObject({
      kind: 'image',
      subject: digest,
      state: 'scheduled',
      reason: 'requested',
      tags: ['main'],
    });
    expect((await deletions()).map(({ id }) => id)).toEqual([made.id]);
    expect(expectOk(await viewer.get<ImageDeletionPreviewView>(imagePath())).deletion?.id).toBe(made.id);
    expect(problemOf(await viewer.post(`${base}/deletions/${made.id}/undo`)).code).toBe('forbidden');
    expect(expectOk(await owner.post<Deletion>(`${base}/deletions/${made.id}/undo`)).state).toBe('kept');
    expect(problemOf(await owner.post(`${base}/deletions/${made.id}/undo`)).code).toBe('too_late');
    expect((await deletions('kept')).map(({ id }) => id)).toEqual([made.id]);
    expect(expectOk(await owner.post<Deletion>(imagePath(), body), 201).state).toBe('scheduled');
  });

  it('R9-B5 is listed with its first tags and the number of the others, and has all of them by itself', async () => {
    const { id: projectId } = target.project;
    const tags = Array.from({ length: 1_000 }, (_, at) => `${'t'.repeat(120)}${at}`);
    const { count } = await world.database.prisma.retentionCandidate.updateMany({
      where: { projectId, subject: digest },
      data: { tags },
    });
    expect(count).toBe(1);
    const listed = await owner.get<Page<Deletion>>(`${base}/deletions`);
    expect(listed.text.length).toBeLessThan(10_000);
    expect(expectOk(listed).items).toMatchObject([{ tags: tags.slice(0, 20), tagsLeftOut: 980 }]);
    const { deletion } = expectOk(await viewer.get<ImageDeletionPreviewView>(imagePath()));
    expect(deletion).toMatchObject({ tags, tagsLeftOut: 0 });
  });

  it('R10-B2 is shown with 1,000 of many tags, and scheduled by these and the digest of all', async () => {
    const { project } = await world.project(owner, await organizationOf(owner));
    const image = { projectId: project.id, digest, mediaType: 'application/json', sizeBytes: 5n };
    await world.database.prisma.image.create({ data: { id: newId(), ...image } });
    const rest = { projectId: project.id, digest, buildId: newId(), sequence: 1n, buildNumber: 1 };
    const rows = Array.from({ length: 1_500 }, (_, at) => ({ ...rest, tag: `tag-${String(at).padStart(4, '0')}` }));
    await world.database.prisma.imageTag.createMany({ data: rows });
    const path = `/api/v1/projects/${project.id}/images/${digest}/deletion`;
    const { tags, tagsLeftOut, tagsDigest } = expectOk(await viewer.get<ImageDeletionPreviewView>(path));
    expect([tags.length, tags.at(-1), tagsLeftOut]).toEqual([1_000, 'tag-0999', 500]);
    expect(problemOf(await owner.post(path, { tags, comment: 'old' })).code).toBe('stale');
    const made = expectOk(await owner.post<Deletion>(path, { tags, tagsDigest, comment: 'old' }), 201);
    expect(made).toMatchObject({ tags, tagsLeftOut: 500 });
    const { deletion } = expectOk(await viewer.get<ImageDeletionPreviewView>(path));
    expect(deletion).toMatchObject({ id: made.id, tags, tagsLeftOut: 500 });
    const undone = expectOk(await owner.post<Deletion>(`${base}/deletions/${made.id}/undo`));
    expect(undone).toMatchObject({ state: 'kept', tags, tagsLeftOut: 500 });
  });

  it('R5-C7 lists tags that are kept for protected refs, and lets an admin give one free', async () => {
    const { id: projectId } = target.project;
    const row = { projectId, digest, sequence: 1n, buildNumber: 1, ref: 'refs/tags/v1' };
    for (const tag of ['v1', 'prod']) await world.database.prisma.keptTag.create({ data: { ...row, tag } });
    const path = `/api/v1/projects/${projectId}/kept-tags`;
    const listed = async (visitor: Visitor) => expectOk(await visitor.get<Page<KeptTag>>(path)).items;
    expect(await listed(viewer)).toMatchObject([{ tag: 'prod', digest, ref: 'refs/tags/v1' }, { tag: 'v1' }]);
    expect(problemOf(await viewer.ask('DELETE', `${path}/prod`))).toMatchObject({ status: 403 });
    expectOk(await owner.ask('DELETE', `${path}/prod`), 204);
    expect(problemOf(await owner.ask('DELETE', `${path}/prod`))).toMatchObject({ status: 404 });
    expect((await listed(owner)).map(({ tag }) => tag)).toEqual(['v1']);
  });

  it('R-M3 is another organization’s own business', async () => {
    const { visitor } = await world.stranger(owner, 'elsewhere');
    const own = await organizationOf(visitor);
    const [open] = await deletions();
    expect(problemOf(await visitor.get(base)).code).toBe('not_found');
    expect(problemOf(await visitor.get(imagePath())).code).toBe('not_found');
    const path = `/api/v1/organizations/${own}/retention/deletions/${open!.id}/undo`;
    expect(problemOf(await visitor.post(path)).code).toBe('not_found');
  });
});
