import { randomBytes, randomUUID } from 'node:crypto';
import type {
  Build,
  CreatedToken,
  HookSecretInfo,
  Me,
  Page,
  PendingInvitationView,
  Rule,
  SessionView,
} from '@cooperage/contracts';
import { type BuildRecord, SigningRepository } from '@cooperage/db';
import { type ApiWorld, password, type TestProject } from './api-world.js';
import { type Answer, expectOk, type Visitor } from './visitor.js';
import { TestWorker } from './worker.js';

export interface AuditedCall {
  /** What the entry is to be called. */
  readonly action: string;
  /** Prepares what is to be changed, and gives back the one call that changes it. */
  prepare(ground: Ground): Promise<() => Promise<Answer<unknown>>>;
}

/** What the calls are made on. */
export interface Ground {
  readonly world: ApiWorld;
  readonly owner: Visitor;
  readonly organizationId: string;
  readonly target: TestProject;
  /** Digest of an image that the target's repository holds. */
  readonly digest: string;
}

const rule = { name: 'Releases', refKind: 'tag', refPattern: 'v*', tags: ['{{tag}}'] };
const call = (action: string, prepare: AuditedCall['prepare']): AuditedCall => ({ action, prepare });
const projectPath = ({ target }: Ground) => `/api/v1/projects/${target.project.id}`;
const organizationPath = ({ organizationId }: Ground) => `/api/v1/organizations/${organizationId}`;
const secretOf = (url: string) => url.split('#')[1];

async function invited(ground: Ground, email = `${randomUUID()}@acme.example`): Promise<string | undefined> {
  const body = { email, role: 'viewer' };
  return secretOf(
    expectOk(await ground.owner.post<{ url: string }>(`${organizationPath(ground)}/invitations`, body), 201).url,
  );
}

/** A project of its own with a key that signs: what is asked of one key keeps others from being asked. */
async function newKey({ world, owner, organizationId }: Ground): Promise<{ path: string; keyId: string }> {
  const { project } = await world.project(owner, organizationId);
  const key = { publicKeyPem: 'pem', hint: 'hint', sealed: Buffer.from('sealed') };
  const { id } = (await new SigningRepository(world.database).addFirstKey(project.id, key))!;
  return { path: `/api/v1/projects/${project.id}`, keyId: id };
}

async function newOrganization({ owner }: Ground): Promise<string> {
  const slug = `o-${randomUUID().slice(0, 8)}`;
  expectOk(await owner.post('/api/v1/organizations', { name: slug, slug }), 201);
  return `/api/v1/organizations/${slug}`;
}

async function newRule(ground: Ground): Promise<string> {
  const body = { ...rule, name: randomUUID() };
  return `${projectPath(ground)}/rules/${expectOk(await ground.owner.post<Rule>(`${projectPath(ground)}/rules`, body), 201).id}`;
}

/** An image that only the rows know. @returns its digest */
async function newImage({ world, target }: Ground): Promise<string> {
  const digest = `sha256:${randomBytes(32).toString('hex')}`;
  const image = { mediaType: 'application/vnd.oci.image.manifest.v1+json', sizeBytes: 1n };
  await world.database.prisma.image.create({
    data: { ...image, id: randomUUID(), projectId: target.project.id, digest },
  });
  return digest;
}

async function queued({ world, target }: Ground): Promise<BuildRecord> {
  return world.build(target);
}

async function newMember({ world, owner, organizationId }: Ground) {
  const visitor = await world.member(owner, organizationId, 'viewer');
  return { visitor, ...expectOk(await visitor.get<Me>('/api/v1/me')) };
}

/** Every changing route, by method and path of the description, with the entry that it leaves. */
export const auditedCalls: Readonly<Record<string, AuditedCall>> = {
  'POST /api/auth/sign-in/email': call('session.start', async (ground) => {
    const { email } = await newMember(ground);
    return () => ground.world.anonymous().post('/api/auth/sign-in/email', { email, password });
  }),
  'POST /api/auth/sign-out': call('session.end', async (ground) => {
    const { visitor } = await newMember(ground);
    return () => visitor.post('/api/auth/sign-out');
  }),
  'POST /api/auth/change-password': call('password.change', async (ground) => {
    const { visitor } = await newMember(ground);
    const body = { currentPassword: password, newPassword: `${password} anew` };
    return () => visitor.post('/api/auth/change-password', body);
  }),
  'DELETE /api/v1/me/sessions': call('session.end', async (ground) => {
    const { visitor, email } = await newMember(ground);
    await ground.world.anonymous().signIn(email, password);
    return () => visitor.ask('DELETE', '/api/v1/me/sessions');
  }),
  'DELETE /api/v1/me/sessions/{sessionId}': call('session.end', async (ground) => {
    const { visitor, email } = await newMember(ground);
    await ground.world.anonymous().signIn(email, password);
    const { items } = expectOk(await visitor.get<Page<SessionView>>('/api/v1/me/sessions'));
    return () => visitor.ask('DELETE', `/api/v1/me/sessions/${items.find(({ current }) => !current)?.id}`);
  }),
  'POST /api/v1/setup/checks': call('installation.check', async ({ owner }) => {
    return () => owner.post('/api/v1/setup/checks', {});
  }),
  'POST /api/v1/first-steps/dismissal': call('first-steps.dismiss', async ({ owner }) => {
    return () => owner.post('/api/v1/first-steps/dismissal');
  }),
  'POST /api/v1/first-steps/sample': call('build.start', async ({ owner, organizationId }) => {
    return () => owner.post('/api/v1/first-steps/sample', { organizationId });
  }),
  'POST /api/v1/organizations': call('organization.create', async ({ owner }) => {
    const slug = `o-${randomUUID().slice(0, 8)}`;
    return () => owner.post('/api/v1/organizations', { name: slug, slug });
  }),
  'DELETE /api/v1/organizations/{organizationId}': call('organization.delete', async (ground) => {
    const path = await newOrganization(ground);
    return () => ground.owner.ask('DELETE', path);
  }),
  'POST /api/v1/organizations/{organizationId}/suspend': call('organization.suspend', async (ground) => {
    const path = await newOrganization(ground);
    return () => ground.owner.post(`${path}/suspend`, { comment: 'It harms others.' });
  }),
  'POST /api/v1/organizations/{organizationId}/resume': call('organization.resume', async (ground) => {
    const path = await newOrganization(ground);
    return () => ground.owner.post(`${path}/resume`);
  }),
  'PUT /api/v1/organizations/{organizationId}/quotas': call('quota.change', async (ground) => {
    const path = await newOrganization(ground);
    return () => ground.owner.ask('PUT', `${path}/quotas`, { weight: 200 });
  }),
  'PUT /api/v1/quotas': call('quota.change', async ({ owner }) => {
    return () => owner.ask('PUT', '/api/v1/quotas', { weight: 100 });
  }),
  'POST /api/v1/organizations/{organizationId}/invitations': call('invitation.create', async (ground) => {
    const body = { email: `${randomUUID()}@acme.example`, role: 'viewer' };
    return () => ground.owner.post(`${organizationPath(ground)}/invitations`, body);
  }),
  'DELETE /api/v1/organizations/{organizationId}/invitations/{invitationId}': call(
    'invitation.revoke',
    async (ground) => {
      const path = `${organizationPath(ground)}/invitations`;
      await invited(ground);
      const [pending] = expectOk(await ground.owner.get<Page<PendingInvitationView>>(path)).items;
      return () => ground.owner.ask('DELETE', `${path}/${pending!.id}`);
    },
  ),
  'PATCH /api/v1/organizations/{organizationId}': call('organization.change', async (ground) => {
    return () => ground.owner.ask('PATCH', organizationPath(ground), { name: 'Acme' });
  }),
  'POST /api/v1/organizations/{organizationId}/members/{userId}/password-resets': call(
    'password-reset.create',
    async (ground) => {
      const { id } = await newMember(ground);
      return () => ground.owner.post(`${organizationPath(ground)}/members/${id}/password-resets`);
    },
  ),
  'POST /api/v1/password-resets/use': call('password.reset', async (ground) => {
    const { id } = await newMember(ground);
    const path = `${organizationPath(ground)}/members/${id}/password-resets`;
    const secret = secretOf(expectOk(await ground.owner.post<{ url: string }>(path), 201).url);
    return () => ground.world.anonymous().post('/api/v1/password-resets/use', { secret, password });
  }),
  'PUT /api/v1/organizations/{organizationId}/retention': call('retention.change', async (ground) => {
    const body = { buildDays: 30, logDays: null, deliveryDays: null, graceDays: null };
    return () => ground.owner.ask('PUT', `${organizationPath(ground)}/retention`, body);
  }),
  'POST /api/v1/projects/{projectId}/images/{digest}/deletion': call('image.delete', async (ground) => {
    const digest = await newImage(ground);
    return () => ground.owner.post(`${projectPath(ground)}/images/${digest}/deletion`, { comment: 'old' });
  }),
  'DELETE /api/v1/projects/{projectId}/kept-tags/{tag}': call('tag.free', async (ground) => {
    const tag = `kept-${randomUUID()}`;
    const row = { projectId: ground.target.project.id, digest: ground.digest, sequence: 1n, buildNumber: 1 };
    await ground.world.database.prisma.keptTag.create({ data: { ...row, tag } });
    return () => ground.owner.ask('DELETE', `${projectPath(ground)}/kept-tags/${tag}`);
  }),
  'POST /api/v1/organizations/{organizationId}/retention/deletions/{deletionId}/undo': call(
    'retention.undo',
    async (ground) => {
      const path = `${projectPath(ground)}/images/${await newImage(ground)}/deletion`;
      const { id } = expectOk(await ground.owner.post<{ id: string }>(path, { comment: 'old' }), 201);
      return () => ground.owner.post(`${organizationPath(ground)}/retention/deletions/${id}/undo`);
    },
  ),
  'PATCH /api/v1/organizations/{organizationId}/members/{userId}': call('member.change', async (ground) => {
    const { id } = await newMember(ground);
    return () => ground.owner.ask('PATCH', `${organizationPath(ground)}/members/${id}`, { role: 'admin' });
  }),
  'DELETE /api/v1/organizations/{organizationId}/members/{userId}': call('member.remove', async (ground) => {
    const { id } = await newMember(ground);
    return () => ground.owner.ask('DELETE', `${organizationPath(ground)}/members/${id}`);
  }),
  'POST /api/v1/invitations/accept': call('member.join', async (ground) => {
    const secret = await invited(ground);
    return () => ground.world.anonymous().post('/api/v1/invitations/accept', { secret, name: 'New', password });
  }),
  'POST /api/v1/invitations/join': call('member.join', async (ground) => {
    const { visitor } = await ground.world.stranger(ground.owner, `s-${randomUUID().slice(0, 8)}`);
    const secret = await invited(ground, expectOk(await visitor.get<Me>('/api/v1/me')).email);
    return () => visitor.post('/api/v1/invitations/join', { secret });
  }),
  'POST /api/v1/tokens': call('token.create', async ({ owner, organizationId }) => {
    return () => owner.post('/api/v1/tokens', { organizationId, name: 'ci', scopes: ['read'] });
  }),
  'DELETE /api/v1/tokens/{tokenId}': call('token.revoke', async ({ owner, organizationId }) => {
    const body = { organizationId, name: 'ci', scopes: ['read'] };
    const { id } = expectOk(await owner.post<CreatedToken>('/api/v1/tokens', body), 201);
    return () => owner.ask('DELETE', `/api/v1/tokens/${id}`);
  }),
  'POST /api/v1/projects/{projectId}/keys/rotate': call('signing-key.rotate', async (ground) => {
    const { path } = await newKey(ground);
    return () => ground.owner.post(`${path}/keys/rotate`, { verifyUntil: null });
  }),
  'POST /api/v1/projects/{projectId}/keys/{keyId}/revoke': call('signing-key.revoke', async (ground) => {
    const { path, keyId } = await newKey(ground);
    return () => ground.owner.post(`${path}/keys/${keyId}/revoke`);
  }),
  'POST /api/v1/projects/{projectId}/tags': call('tag.move', async (ground) => {
    const { owner, digest } = ground;
    return () => owner.post(`${projectPath(ground)}/tags`, { tag: 'stable', digest });
  }),
  'POST /api/v1/projects/{projectId}/verifications': call('images.verify', async (ground) => {
    return () => ground.owner.post(`${projectPath(ground)}/verifications`);
  }),
  'POST /api/v1/projects': call('project.create', async ({ owner, organizationId }) => {
    const slug = `p-${randomUUID().slice(0, 8)}`;
    const body = { organizationId, slug, name: slug, remoteUrl: 'https://git.example/hello.git' };
    return () => owner.post('/api/v1/projects', body);
  }),
  'PATCH /api/v1/projects/{projectId}': call('project.change', async (ground) => {
    return () => ground.owner.ask('PATCH', projectPath(ground), { description: randomUUID() });
  }),
  'DELETE /api/v1/projects/{projectId}': call('project.delete', async ({ world, owner, organizationId }) => {
    const { project } = await world.project(owner, organizationId);
    return () => owner.ask('DELETE', `/api/v1/projects/${project.id}`);
  }),
  'PUT /api/v1/projects/{projectId}/git-credentials': call('project.git-credentials', async (ground) => {
    const body = { kind: 'basic', username: 'u', password: 'a password' };
    return () => ground.owner.ask('PUT', `${projectPath(ground)}/git-credentials`, body);
  }),
  'DELETE /api/v1/projects/{projectId}/git-credentials': call('project.git-credentials', async (ground) => {
    return () => ground.owner.ask('DELETE', `${projectPath(ground)}/git-credentials`);
  }),
  'DELETE /api/v1/projects/{projectId}/repository-key': call('project.repository-id', async (ground) => {
    return () => ground.owner.ask('DELETE', `${projectPath(ground)}/repository-key`);
  }),
  'POST /api/v1/projects/{projectId}/builds': call('build.start', async (ground) => {
    return () => ground.owner.post(`${projectPath(ground)}/builds`, { ref: 'refs/heads/main' });
  }),
  'POST /api/v1/projects/{projectId}/cache/resets': call('cache.reset', async (ground) => {
    return () => ground.owner.post(`${projectPath(ground)}/cache/resets`, { reason: 'a poisoned base' });
  }),
  'POST /api/v1/projects/{projectId}/cache/prunes': call('cache.prune', async (ground) => {
    const { world, target } = ground;
    const place = { zone: 'branch', ref: `refs/heads/${randomUUID()}`, platform: 'linux/amd64', epoch: 0 };
    const { id: buildId, number: buildNumber } = await queued(ground);
    const written = { digest: ground.digest, bytes: 5, buildId, buildNumber };
    await world.database.prisma.cacheEntry.create({ data: { projectId: target.project.id, ...place, ...written } });
    return () => ground.owner.post(`${projectPath(ground)}/cache/prunes`, { q: place.ref, reason: 'room' });
  }),
  'PUT /api/v1/organizations/{organizationId}/cache': call('organization.change', async (ground) => {
    return () => ground.owner.ask('PUT', `${organizationPath(ground)}/cache`, { cacheBudgetBytes: 5_000_000_000 });
  }),
  'POST /api/v1/builds/{buildId}/cancel': call('build.cancel', async (ground) => {
    const { id } = await queued(ground);
    return () => ground.owner.post(`/api/v1/builds/${id}/cancel`);
  }),
  'POST /api/v1/builds/{buildId}/retry': call('build.retry', async (ground) => {
    const { id } = await queued(ground);
    expectOk(await ground.owner.post<Build>(`/api/v1/builds/${id}/cancel`));
    return () => ground.owner.post(`/api/v1/builds/${id}/retry`, {});
  }),
  'POST /api/v1/deliveries/{deliveryId}/replay': call('delivery.replay', async ({ world, owner, target }) => {
    const { deliveryId } = (await (await world.push(target)).json()) as { deliveryId: string };
    return () => owner.post(`/api/v1/deliveries/${deliveryId}/replay`);
  }),
  'POST /api/v1/projects/{projectId}/hook-secrets': call('hook-secret.create', async (ground) => {
    return () => ground.owner.post(`${projectPath(ground)}/hook-secrets`);
  }),
  'DELETE /api/v1/projects/{projectId}/hook-secrets/{secretId}': call('hook-secret.delete', async (ground) => {
    const path = `${projectPath(ground)}/hook-secrets`;
    const { id } = expectOk(await ground.owner.post<HookSecretInfo>(path), 201);
    return () => ground.owner.ask('DELETE', `${path}/${id}`);
  }),
  'POST /api/v1/projects/{projectId}/images/{digest}/verify': call('image.verify', async (ground) => {
    return () => ground.owner.post(`${projectPath(ground)}/images/${ground.digest}/verify`);
  }),
  'PUT /api/v1/projects/{projectId}/registry-credentials/{host}': call('registry-credential.put', async (ground) => {
    const path = `${projectPath(ground)}/registry-credentials/r.example`;
    return () => ground.owner.ask('PUT', path, { username: 'u', password: 'a password' });
  }),
  'DELETE /api/v1/projects/{projectId}/registry-credentials/{host}': call(
    'registry-credential.delete',
    async (ground) => {
      const path = `${projectPath(ground)}/registry-credentials/gone.example`;
      expectOk(await ground.owner.ask('PUT', path, { username: 'u', password: 'a password' }));
      return () => ground.owner.ask('DELETE', path);
    },
  ),
  'POST /api/v1/projects/{projectId}/rules': call('rule.create', async (ground) => {
    return () => ground.owner.post(`${projectPath(ground)}/rules`, { ...rule, name: randomUUID() });
  }),
  'PATCH /api/v1/projects/{projectId}/rules/{ruleId}': call('rule.change', async (ground) => {
    const path = await newRule(ground);
    return () => ground.owner.ask('PATCH', path, { enabled: false });
  }),
  'DELETE /api/v1/projects/{projectId}/rules/{ruleId}': call('rule.delete', async (ground) => {
    const path = await newRule(ground);
    return () => ground.owner.ask('DELETE', path);
  }),
  'PUT /api/v1/projects/{projectId}/secrets/{name}': call('secret.put', async (ground) => {
    return () => ground.owner.ask('PUT', `${projectPath(ground)}/secrets/A_SECRET`, { value: 'a-secret-value' });
  }),
  'DELETE /api/v1/projects/{projectId}/secrets/{name}': call('secret.delete', async (ground) => {
    const path = `${projectPath(ground)}/secrets/GONE`;
    expectOk(await ground.owner.ask('PUT', path, { value: 'a-secret-value' }));
    return () => ground.owner.ask('DELETE', path);
  }),
  'POST /api/v1/workers/{workerId}/drain': call('worker.drain', async (ground) => {
    const { instanceId } = await TestWorker.start(ground.world, randomUUID());
    return () => ground.owner.post(`/api/v1/workers/${instanceId}/drain`);
  }),
  'POST /api/v1/workers/{workerId}/resume': call('worker.resume', async (ground) => {
    const { instanceId } = await TestWorker.start(ground.world, randomUUID());
    expectOk(await ground.owner.post(`/api/v1/workers/${instanceId}/drain`), 201);
    return () => ground.owner.post(`/api/v1/workers/${instanceId}/resume`);
  }),
};

/** Calls that every world has made when it opens, by who is named in their entries. */
export const auditedBefore: Readonly<Record<string, string>> = { 'POST /api/v1/setup': 'setup' };

/** Routes with a changing method that leave no entry, and why. */
export const notAudited: Readonly<Record<string, string>> = {
  'POST /api/v1/hooks/{projectId}': 'made by a git host, not by a person or a token; the delivery is its record',
  'POST /api/v1/setup/session': 'reads; the one-time token travels in the body, and its use is audited',
  'POST /api/v1/setup/echo': 'reads; answers a nonce, by the method that webhooks come with',
  'POST /api/v1/password-resets': 'asked by nobody known, and leads to a mail only; the use of the link is audited',
  'POST /api/v1/password-resets/find': 'reads; the secret travels in the body',
  'POST /api/v1/invitations/find': 'reads; the secret travels in the body',
  'POST /api/v1/settings/trials/mail': 'changes nothing here; its mail goes to the administrator who asks',
  'POST /api/v1/settings/trials/sign-in': 'reads; the provider is asked how it is spoken to',
  'POST /api/v1/projects/{projectId}/registry-credentials/{host}/trial':
    'reads; the registry is asked, nothing is changed',
  'POST /api/v1/saved-views': 'names a filter for the person alone; no one else sees it, and it opens nothing',
  'DELETE /api/v1/saved-views/{viewId}': 'as saving one',
  'POST /api/v1/registry/token': 'reads; Docker asks for its token by either method',
};
