import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database } from '../database.js';

/** How far an installation has come. */
export interface FirstSteps {
  readonly hasProject: boolean;
  readonly hasSignedImage: boolean;
  readonly dismissed: boolean;
}

/** The way from an empty installation to its first signed image, read from what is there. */
export class FirstStepsRepository {
  constructor(private readonly db: Database) {}

  async read(): Promise<FirstSteps> {
    const [row] = await this.db.prisma.$queryRaw<FirstSteps[]>`
      SELECT EXISTS (SELECT FROM project WHERE deleted_at IS NULL) AS "hasProject",
        EXISTS (SELECT FROM build WHERE status = 'succeeded') AS "hasSignedImage",
        EXISTS (SELECT FROM first_steps_dismissal) AS dismissed`;
    return row!;
  }

  /** Safe to repeat: only the first time is an audit entry. */
  async dismiss(actor: Actor): Promise<void> {
    await this.db.transaction(async (tx) => {
      const data = [{ id: 1, dismissedBy: actor.name }];
      const { count } = await tx.firstStepsDismissal.createMany({ data, skipDuplicates: true });
      const subject = { subjectKind: 'installation', subjectId: 'first-steps' } as const;
      if (count > 0) await writeAudit(tx, actor, { organizationId: null, action: 'first-steps.dismiss', ...subject });
    });
  }
}
