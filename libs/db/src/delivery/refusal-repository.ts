import type { Database } from '../database.js';
import { newId } from '../new-id.js';

export interface RefusalRecord {
  readonly id: string;
  readonly code: string;
  readonly forge: string | null;
  readonly address: string;
  readonly receivedAt: Date;
}

/** How many refusals of a project are kept: a stranger can make any number of them. */
export const keptRefusals = 100;

/** Webhook calls without a valid proof. */
export class RefusalRepository {
  constructor(private readonly db: Database) {}

  /** Adds a refusal and drops the oldest beyond the bound. Does nothing for an unknown project. */
  async add(projectId: string, refusal: { code: string; forge: string | null; address: string }): Promise<void> {
    const { code, forge, address } = refusal;
    await this.db.prisma.$executeRaw`
      WITH kept AS (
        SELECT id FROM hook_refusal WHERE project_id = ${projectId}::uuid ORDER BY id DESC LIMIT ${keptRefusals - 1}
      ), dropped AS (
        DELETE FROM hook_refusal WHERE project_id = ${projectId}::uuid AND id NOT IN (SELECT id FROM kept)
      )
      INSERT INTO hook_refusal (id, project_id, code, forge, address)
      SELECT ${newId()}::uuid, p.id, ${code}, ${forge}, ${address} FROM project p WHERE p.id = ${projectId}::uuid`;
  }

  async list(projectId: string): Promise<RefusalRecord[]> {
    return this.db.prisma.hookRefusal.findMany({
      where: { projectId },
      select: { id: true, code: true, forge: true, address: true, receivedAt: true },
      orderBy: { id: 'desc' },
      take: keptRefusals,
    });
  }
}
