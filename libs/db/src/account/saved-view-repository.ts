import { writeAudit } from '../audit/write-audit.js';
import { type Database, isUniqueViolation } from '../database.js';
import { newId } from '../new-id.js';
import type { Actor } from './actor.js';

export type SavedList = 'builds';

export interface SavedViewRecord {
  readonly id: string;
  readonly list: SavedList;
  readonly name: string;
  readonly filter: string;
  readonly createdAt: Date;
}

/** Most views of one person, so that a script cannot fill the table. */
const mostViews = 50;

/** Filters to which a person has given a name. They are that person's own: nobody else reads them. */
export class SavedViewRepository {
  constructor(private readonly db: Database) {}

  async list(userId: string, list: SavedList): Promise<SavedViewRecord[]> {
    const rows = await this.db.prisma.savedView.findMany({
      where: { userId, list },
      orderBy: { name: 'asc' },
      take: mostViews,
    });
    return rows.map(toRecord);
  }

  /** Null when the person has a view of this name, or too many. */
  async add(
    userId: string,
    view: Pick<SavedViewRecord, 'list' | 'name' | 'filter'>,
    actor: Actor,
  ): Promise<SavedViewRecord | null> {
    if ((await this.db.prisma.savedView.count({ where: { userId } })) >= mostViews) return null;
    try {
      return await this.db.transaction(async (tx) => {
        const row = await tx.savedView.create({ data: { id: newId(), userId, ...view } });
        await writeAudit(tx, actor, { ...subject('save', row.id), after: { name: view.name, filter: view.filter } });
        return toRecord(row);
      });
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
  }

  /** Whether there was one. */
  async remove(userId: string, id: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const { count } = await tx.savedView.deleteMany({ where: { userId, id } });
      if (count === 1) await writeAudit(tx, actor, subject('delete', id));
      return count === 1;
    });
  }
}

function subject(verb: 'save' | 'delete', id: string) {
  return { organizationId: null, action: `view.${verb}`, subjectKind: 'view', subjectId: id };
}

function toRecord(row: { id: string; list: string; name: string; filter: string; createdAt: Date }): SavedViewRecord {
  const { id, name, filter, createdAt } = row;
  return { id, list: row.list as SavedList, name, filter, createdAt };
}
