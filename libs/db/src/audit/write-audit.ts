import { auditHash, type ChainHead, chainStart, shortenValue } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { newId } from '../new-id.js';
import { storedJson, storedText } from '../stored-text.js';
import { chainOf } from './audit-record.js';

/**
 * One change as it is remembered. `before` and `after` hold settings, never a secret's value. What is long in them is kept as its
 * size and hash (`shortenValue`): an entry stays for ever, so it has 16 KiB at most.
 */
export interface AuditFacts {
  /** Null for what belongs to the installation, or to one person. */
  readonly organizationId: string | null;
  /** The project that the subject belongs to. A `projectId` in `before` or `after` says it too. */
  readonly projectId?: string;
  /** Subject and verb, for example `project.create`. */
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly before?: object;
  readonly after?: object;
  /** An administrator of the installation did it to an organization: its audit says it too. */
  readonly alsoInstallation?: boolean;
}

/**
 * Writes the audit row of a change inside the change's own transaction: neither exists without the other. Writers of one
 * organization wait for each other from here to their commit, so call it last.
 */
export async function writeAudit(tx: Queryable, actor: Actor, facts: AuditFacts): Promise<void> {
  await writeEntry(tx, actor, facts);
  if (facts.alsoInstallation && facts.organizationId !== null)
    await writeEntry(tx, actor, { ...facts, organizationId: null });
}

async function writeEntry(tx: Queryable, actor: Actor, facts: AuditFacts): Promise<void> {
  const chain = chainOf(facts.organizationId);
  const head = await lockHead(tx, chain);
  const entry = entryOf(chain, head.number + 1, actor, facts);
  const hash = Buffer.from(auditHash(head.hash, entry), 'hex');
  await tx.auditEntry.create({
    data: {
      id: entry.id,
      organizationId: facts.organizationId,
      actorKind: entry.actor.kind,
      actorId: entry.actor.id,
      actorName: entry.actor.name,
      action: entry.action,
      subjectKind: entry.subject.kind,
      subjectId: entry.subject.id,
      projectId: entry.project,
      ip: entry.address,
      before: entry.before ?? Prisma.DbNull,
      after: entry.after ?? Prisma.DbNull,
      at: entry.at,
      number: entry.number,
      hash,
    },
  });
  await tx.$executeRaw`UPDATE audit_chain SET number = ${entry.number}, hash = ${hash} WHERE chain = ${chain}`;
}

/** Locks the chain until the transaction ends. @returns its newest entry. */
async function lockHead(tx: Queryable, chain: string): Promise<ChainHead> {
  const start = chainStart(chain);
  const [row] = await tx.$queryRaw<{ number: number; hash: Uint8Array }[]>`
    INSERT INTO audit_chain (chain, number, hash) VALUES (${chain}, 0, ${Buffer.from(start.hash, 'hex')})
    ON CONFLICT (chain) DO UPDATE SET number = audit_chain.number
    RETURNING number, hash`;
  return { number: row!.number, hash: Buffer.from(row!.hash).toString('hex') };
}

/** Everything as the database will give it back: the hash is over what is stored. */
function entryOf(chain: string, number: number, actor: Actor, facts: AuditFacts) {
  // Before the id, whose own time is then no earlier: "since" compares ids.
  const at = new Date().toISOString();
  const before = stored(facts.before);
  const after = stored(facts.after);
  return {
    id: newId(),
    chain,
    number,
    at,
    actor: { kind: actor.kind, id: actor.id, name: storedText(actor.name) },
    action: facts.action,
    subject: { kind: facts.subjectKind, id: storedText(facts.subjectId) },
    project: projectOf(facts, after) ?? projectOf(facts, before),
    address: actor.ip,
    before: shortenValue(before) as Stored,
    after: shortenValue(after) as Stored,
  };
}

function projectOf(facts: AuditFacts, value: Stored): string | null {
  if (facts.projectId !== undefined) return facts.projectId;
  if (facts.subjectKind === 'project') return facts.subjectId;
  return typeof value?.projectId === 'string' ? value.projectId : null;
}

type Stored = Readonly<Record<string, Prisma.InputJsonValue | null>> | null;

function stored(value: object | undefined): Stored {
  return value === undefined ? null : (JSON.parse(storedJson(value)) as Stored);
}
