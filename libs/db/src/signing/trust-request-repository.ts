import type { Database, Queryable } from '../database.js';
import { noRoomForTag } from '../image/tag-bounds.js';
import { planTagMove, type TagPlan } from '../image/tag-plan.js';
import { holdsTenure, type Tenure } from '../lease/tenure-repository.js';
import { newId } from '../new-id.js';
import { promise } from '../outbox/outbox-repository.js';
import { lockProject } from '../project/lock-project.js';
import type { TrustRequestRecord } from './trust-repository.js';
import { rotationProblem } from './verifying-keys.js';

/** A key as control has made and sealed it. */
export interface NewSigningKey {
  readonly publicKeyPem: string;
  readonly hint: string;
  readonly sealed: Uint8Array;
}

export type RequestOutcome = { readonly ok: true } | { readonly ok: false; readonly note: string };

const done: RequestOutcome = { ok: true };

/** What people asked of keys and tags, for control to carry out: each once, whoever tries and however often. */
export class TrustRequestRepository {
  constructor(private readonly db: Database) {}

  /** Null when it was carried out or refused already, or its project is gone. */
  async find(id: string): Promise<TrustRequestRecord | null> {
    const row = await this.db.prisma.trustRequest.findFirst({ where: { id, state: 'asked' } });
    return row as TrustRequestRecord | null;
  }

  /** The new key signs from now on, and the one before only verifies. Refused where the project has too many keys. */
  rotate(request: TrustRequestRecord, key: NewSigningKey): Promise<RequestOutcome> {
    return this.once(request, async (tx) => {
      const { projectId, verifyUntil } = request;
      const old = await tx.signingKey.findFirst({ where: { projectId, state: 'signing' }, select: { id: true } });
      if (request.keyId !== null && old?.id !== request.keyId)
        return { ok: false, note: 'The key had stopped signing before this was done.' };
      const problem = await rotationProblem(tx, projectId);
      if (problem !== null) return { ok: false, note: problem };
      if (old)
        await tx.signingKey.update({
          where: { id: old.id },
          data: { state: 'verify_only', retiredAt: new Date(), verifyUntil },
        });
      const made = { ...key, sealed: Buffer.from(key.sealed) };
      await tx.signingKey.create({ data: { id: newId(), projectId, state: 'signing', ...made } });
      return done;
    });
  }

  /** The key counts no more, and its private part is destroyed. Its images are looked at again. */
  revoke(request: TrustRequestRecord): Promise<RequestOutcome> {
    return this.once(request, async (tx) => {
      const { projectId, keyId } = request;
      if (keyId === null) return { ok: false, note: 'No key was named.' };
      const count = await tx.$executeRaw`
        UPDATE signing_key SET state = 'revoked', retired_at = clock_timestamp(), sealed = NULL
        WHERE id = ${keyId}::uuid AND project_id = ${projectId}::uuid AND state <> 'revoked'`;
      if (count === 0) return { ok: false, note: 'The key was revoked before.' };
      await promise(tx, 'verify-images', projectId, projectId);
      return done;
    });
  }

  /**
   * Points a tag to an image of the project, by the rule that holds for builds too: tags move only forward, and only to
   * what was verified. The caller tells the registry afterwards.
   * @returns `stale` when the tenure is not the caller's any more: then nothing was decided
   */
  retag(request: TrustRequestRecord, tenure: Tenure): Promise<RequestOutcome | 'stale'> {
    return this.once(request, async (tx) => {
      const [held] = await tx.$queryRaw<{ held: boolean }[]>`SELECT ${holdsTenure(tenure)} AS held`;
      if (!held?.held) return 'stale';
      const { projectId, tag, digest } = request;
      if (tag === null || digest === null) return { ok: false, note: 'Tag or image is missing.' };
      // Between plan and move no publication moves it: a gate does not wait for the project's row.
      await tx.$queryRaw`SELECT 1 FROM image_tag WHERE project_id = ${projectId}::uuid AND tag = ${tag} FOR UPDATE`;
      const plan = await planTagMove(tx, projectId, tag, digest);
      if (!plan?.to.verified)
        return {
          ok: false,
          note: 'The image is not known, or does not verify, or a key stopped counting since it was verified.',
        };
      if (plan.to.zone === 'fork')
        return { ok: false, note: 'No tag points to an image that was made in the fork zone.' };
      return carryOut(tx, request, tag, plan);
    });
  }

  /** A second handler gets the decision of the first one. */
  private once<Outcome extends RequestOutcome | 'stale'>(
    { id, projectId }: TrustRequestRecord,
    work: (tx: Queryable) => Promise<Outcome>,
  ): Promise<Outcome | RequestOutcome> {
    return this.db.transaction(async (tx) => {
      await lockProject(tx, projectId);
      const row = await tx.trustRequest.findUnique({ where: { id }, select: { state: true, note: true } });
      if (row?.state === 'done') return done;
      if (row?.state !== 'asked') return { ok: false, note: row?.note ?? 'The project is gone.' };
      const outcome = await work(tx);
      if (outcome === 'stale') return outcome;
      const note = outcome.ok ? null : outcome.note;
      await tx.trustRequest.update({
        where: { id },
        data: { state: outcome.ok ? 'done' : 'refused', note, doneAt: new Date() },
      });
      return outcome;
    });
  }
}

async function carryOut(
  tx: Queryable,
  { projectId, askedBy }: TrustRequestRecord,
  tag: string,
  { kind, from, to }: TagPlan,
): Promise<RequestOutcome> {
  if (kind === 'same') return done;
  if (kind === 'backward')
    return {
      ok: false,
      note: `Tags move only forward: ${tag} points to build #${from?.buildNumber}, whose commit was pushed later.`,
    };
  if (kind === 'late') return { ok: false, note: lateNote(tag) };
  if (kind === 'deleting') return { ok: false, note: 'The deletion of this image has begun.' };
  if (kind === 'protected')
    return { ok: false, note: `${tag} belongs to protected branches and releases, and this image is of neither.` };
  const { digest, buildId, sequence, commitTime, buildNumber, zone } = to;
  const note = await noRoomForTag(tx, projectId, { digest, zone, from: from?.zone ?? null });
  if (note !== null) return { ok: false, note };
  const place = { digest, buildId, sequence, commitTime, buildNumber, zone, movedAt: new Date() };
  await tx.imageTag.upsert({
    where: { projectId_tag: { projectId, tag } },
    create: { projectId, tag, ...place },
    update: place,
  });
  await tx.keptTag.deleteMany({ where: { projectId, tag } });
  await tx.tagMove.create({
    data: {
      id: newId(),
      ...{ projectId, tag, fromDigest: from?.digest ?? null, toDigest: digest, buildId, buildNumber, movedBy: askedBy },
    },
  });
  return done;
}

function lateNote(tag: string): string {
  return `This image was built from a commit behind the newest one of its ref, so it takes no tag that another image has, or that rules give to protected branches and releases: ${tag} is such a tag.`;
}
