import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { type PublicKeyRecord, publicColumns } from '../image/signature-repository.js';
import { newId } from '../new-id.js';
import { promise } from '../outbox/outbox-repository.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import type { ProjectPlace } from '../project/rule-repository.js';
import { rotationProblem } from './verifying-keys.js';

/** A public key with the names of its project and what it has been used for. */
export interface KeyUseRecord extends PublicKeyRecord {
  readonly organizationSlug: string;
  readonly projectSlug: string;
  /** Images that carry its signature, counted to `mostCounted`. */
  readonly images: number;
  readonly lastUsedAt: Date | null;
}

export interface TrustRequestRecord {
  readonly id: string;
  readonly projectId: string;
  readonly action: 'rotate' | 'revoke' | 'retag';
  readonly keyId: string | null;
  readonly verifyUntil: Date | null;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly askedBy: string;
  readonly state: 'asked' | 'done' | 'refused';
  readonly note: string | null;
  readonly createdAt: Date;
  readonly doneAt: Date | null;
}

export type NewTrustRequest = Pick<TrustRequestRecord, 'action'> &
  Partial<Pick<TrustRequestRecord, 'keyId' | 'verifyUntil' | 'tag' | 'digest'>>;

/** What loses its only signature that counts with a key. */
export interface KeyEffects {
  readonly images: number;
  readonly tags: readonly { readonly tag: string; readonly digest: string }[];
  readonly moreTags: boolean;
}

export interface RoundRecord {
  readonly projectId: string;
  readonly organizationSlug: string;
  readonly projectSlug: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly images: number;
  readonly failing: number;
  readonly unknown: number;
}

const mostCounted = 1_000;
const mostTags = 50;

/** Keys, requests and rounds as people see them. Reads no sealed key and changes none: that is asked of control. */
export class TrustRepository {
  constructor(private readonly db: Database) {}

  /** Keys of all projects of some organizations, newest first. */
  async keys(
    organizationIds: readonly string[],
    projectId: string | null,
    query: KeysetQuery,
  ): Promise<KeysetPage<KeyUseRecord>> {
    const rows = await this.db.prisma.$queryRaw<KeyUseRecord[]>`
      SELECT k.id::text, k.project_id::text AS "projectId", k.state, k.public_key_pem AS "publicKeyPem", k.hint,
        k.created_at AS "createdAt", k.retired_at AS "retiredAt", k.verify_until AS "verifyUntil",
        o.slug AS "organizationSlug", p.slug AS "projectSlug", used.images, last.at AS "lastUsedAt"
      FROM project p JOIN organization o ON o.id = p.organization_id JOIN signing_key k ON k.project_id = p.id
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS images FROM (
          SELECT DISTINCT digest FROM signature_artifact a WHERE a.key_id = k.id AND a.kind = 'signature' LIMIT ${mostCounted}) d
      ) used
      LEFT JOIN LATERAL (
        SELECT created_at AS at FROM signature_artifact a WHERE a.key_id = k.id ORDER BY a.id DESC LIMIT 1
      ) last ON true
      WHERE p.organization_id = ANY (${[...organizationIds]}) AND p.deleted_at IS NULL
        ${projectId === null ? Prisma.empty : Prisma.sql`AND p.id = ${projectId}::uuid`}
        ${query.after === null ? Prisma.empty : Prisma.sql`AND k.id < ${query.after}::uuid`}
      ORDER BY k.id DESC LIMIT ${query.limit + 1}`;
    return toPage(
      rows,
      query.limit,
      (row) => row.id,
      (row) => row,
    );
  }

  async key(projectId: string, keyId: string): Promise<PublicKeyRecord | null> {
    const row = await this.db.prisma.signingKey.findFirst({ where: { id: keyId, projectId }, select: publicColumns });
    return row as PublicKeyRecord | null;
  }

  /** Why control would refuse a rotation now, as a sentence; null when it would not. */
  rotationProblem(projectId: string): Promise<string | null> {
    return rotationProblem(this.db.prisma, projectId);
  }

  /** Images that are signed by this key and by no other that counts, and the tags that point to them. */
  async effects(projectId: string, keyId: string): Promise<KeyEffects> {
    const [row] = await this.db.prisma.$queryRaw<{ images: number; tags: KeyEffects['tags'] | null }[]>`
      WITH only_these AS (
        SELECT DISTINCT a.digest FROM signature_artifact a
        WHERE a.project_id = ${projectId}::uuid AND a.key_id = ${keyId}::uuid AND a.kind = 'signature' AND NOT EXISTS (
          SELECT 1 FROM signature_artifact b JOIN signing_key k ON k.id = b.key_id
          WHERE b.project_id = a.project_id AND b.digest = a.digest AND b.kind = 'signature' AND b.key_id <> a.key_id
            AND (k.state = 'signing' OR (k.state = 'verify_only' AND (k.verify_until IS NULL OR k.verify_until > now()))))
        LIMIT ${mostCounted}
      )
      SELECT (SELECT count(*)::int FROM only_these) AS images, (
        SELECT json_agg(json_build_object('tag', x.tag, 'digest', x.digest) ORDER BY x.tag) FROM (
          SELECT t.tag, t.digest FROM image_tag t JOIN only_these USING (digest)
          WHERE t.project_id = ${projectId}::uuid ORDER BY t.tag LIMIT ${mostTags + 1}) x) AS tags`;
    const tags = row?.tags ?? [];
    return { images: row?.images ?? 0, tags: tags.slice(0, mostTags), moreTags: tags.length > mostTags };
  }

  /** Newest first. */
  async requests(projectId: string, limit: number): Promise<TrustRequestRecord[]> {
    const rows = await this.db.prisma.trustRequest.findMany({
      where: { projectId },
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows as TrustRequestRecord[];
  }

  /** Writes down what is asked, promises that control looks at it, and audits who asked. */
  async ask(place: ProjectPlace, request: NewTrustRequest, actor: Actor): Promise<TrustRequestRecord> {
    const { projectId, organizationId } = place;
    return this.db.transaction(async (tx) => {
      const row = await tx.trustRequest.create({ data: { id: newId(), projectId, askedBy: actor.name, ...request } });
      await promise(tx, 'trust', row.id, projectId);
      const { action, ...asked } = request;
      const isTag = action === 'retag';
      await writeAudit(tx, actor, {
        organizationId,
        action: isTag ? 'tag.move' : `signing-key.${action}`,
        subjectKind: isTag ? 'tag' : 'signing-key',
        subjectId: (isTag ? request.tag : request.keyId) ?? projectId,
        after: { projectId, ...asked, verifyUntil: request.verifyUntil?.toISOString() },
      });
      return row as TrustRequestRecord;
    });
  }

  /** Asks for a round of verification now; one that is promised already is enough. */
  async askRound({ projectId, organizationId }: ProjectPlace, actor: Actor): Promise<void> {
    await this.db.transaction(async (tx) => {
      const waiting = await tx.outbox.findFirst({ where: { topic: 'verify-images', groupId: projectId } });
      if (!waiting) await promise(tx, 'verify-images', projectId, projectId);
      const facts = { organizationId, projectId, subjectKind: 'project', subjectId: projectId };
      await writeAudit(tx, actor, { ...facts, action: 'images.verify' });
    });
  }

  /** The newest round of each project, the oldest first. Keyed by project. */
  async rounds(organizationIds: readonly string[], query: KeysetQuery): Promise<KeysetPage<RoundRecord>> {
    const rows = await this.db.prisma.$queryRaw<RoundRecord[]>`
      SELECT r.project_id::text AS "projectId", o.slug AS "organizationSlug", p.slug AS "projectSlug",
        r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.images, r.failing, r.unknown
      FROM reverification r JOIN project p ON p.id = r.project_id JOIN organization o ON o.id = p.organization_id
      WHERE p.organization_id = ANY (${[...organizationIds]}) AND p.deleted_at IS NULL
        ${query.after === null ? Prisma.empty : Prisma.sql`AND r.project_id < ${query.after}::uuid`}
      ORDER BY r.project_id DESC LIMIT ${query.limit + 1}`;
    return toPage(
      rows,
      query.limit,
      (row) => row.projectId,
      (row) => row,
    );
  }
}
