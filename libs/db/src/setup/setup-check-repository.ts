import { type CheckFinding, type CheckName, type CheckRecord, checkCodes, checkNames } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database } from '../database.js';
import { channels } from '../listen/channels.js';
import { newId } from '../new-id.js';
import { storedText } from '../stored-text.js';

/** One ask, to be answered under its own id. */
export interface AskedCheck {
  readonly name: CheckName;
  readonly askId: string;
}

interface CheckRow {
  readonly name: string;
  readonly askedAt: Date;
  readonly takenAt: Date | null;
  readonly takenBy: string | null;
  readonly answeredAt: Date | null;
  readonly outcome: string | null;
  readonly facts: unknown;
}

/** A sentence is shown on a page; whatever a tool said beyond that stays in the log. */
const longestFact = 500;
/** Asks older than this are nobody's business any more. */
const freshMs = 20_000;

/** Looks at the parts of the installation: asked for by people, each answered once by who holds the rights. */
export class SetupCheckRepository {
  constructor(private readonly db: Database) {}

  async list(): Promise<ReadonlyMap<CheckName, CheckRecord>> {
    const rows = await this.db.prisma.setupCheck.findMany({ where: { name: { in: [...checkNames] } } });
    return new Map(rows.map((row) => [row.name as CheckName, toRecord(row)]));
  }

  /** Asks anew: what was known of these parts is forgotten, and a late answer to an earlier ask counts for nothing. */
  async ask(names: readonly CheckName[], actor: Actor): Promise<AskedCheck[]> {
    const asks = names.map((name) => ({ name, askId: newId() }));
    await this.db.transaction(async (tx) => {
      for (const { name, askId } of asks)
        await tx.$executeRaw`
          INSERT INTO setup_check (name, ask_id, asked_by) VALUES (${name}, ${askId}::uuid, ${storedText(actor.name)})
          ON CONFLICT (name) DO UPDATE SET ask_id = excluded.ask_id, asked_by = excluded.asked_by, asked_at = now(),
            taken_at = NULL, taken_by = NULL, answered_at = NULL, outcome = NULL, facts = '{}'`;
      await tx.$executeRaw`SELECT pg_notify(${channels.check}, '')`;
      const subject = { subjectKind: 'installation', subjectId: 'checks' } as const;
      await writeAudit(tx, actor, { organizationId: null, action: 'installation.check', ...subject, after: { names } });
    });
    return asks;
  }

  /** Takes an ask that nobody has taken yet; null when there is none. Of several callers one gets it. */
  async take(name: CheckName, by: string): Promise<AskedCheck | null> {
    const rows = await this.db.prisma.$queryRaw<{ askId: string }[]>`
      UPDATE setup_check SET taken_at = now(), taken_by = ${storedText(by)}
      WHERE name = ${name} AND taken_at IS NULL AND answered_at IS NULL
        AND asked_at > now() - make_interval(secs => ${freshMs / 1000}) RETURNING ask_id::text AS "askId"`;
    return rows[0] ? { name, askId: rows[0].askId } : null;
  }

  /** @returns false when the question is not asked any more, or was answered. */
  async answer({ name, askId }: AskedCheck, finding: CheckFinding): Promise<boolean> {
    const { code, fact, tookMs } = finding;
    const facts = { fact: storedText(fact).slice(0, longestFact), tookMs: Math.round(tookMs) };
    const { count } = await this.db.prisma.setupCheck.updateMany({
      where: { name, askId, answeredAt: null },
      data: { answeredAt: new Date(), outcome: code, facts },
    });
    return count > 0;
  }
}

function toRecord({ outcome, facts, ...row }: CheckRow): CheckRecord {
  const { askedAt, takenAt, takenBy, answeredAt } = row;
  const finding = outcome === null ? null : findingOf(outcome, facts);
  return { name: row.name as CheckName, askedAt, takenAt, takenBy, answeredAt, finding };
}

/** A builder wrote it: what is no answer counts as none. */
function findingOf(outcome: string, facts: unknown): CheckFinding {
  const code = checkCodes.find((each) => each === outcome) ?? 'no_answer';
  const { fact, tookMs } = { ...(facts as Partial<Record<keyof CheckFinding, unknown>> | null) };
  return {
    code,
    fact: typeof fact === 'string' ? fact : '',
    tookMs: typeof tookMs === 'number' ? tookMs : 0,
  };
}
