import { type Database, isUniqueViolation } from '../database.js';
import { newId } from '../new-id.js';

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

/** Filters to which a person has given a name. No one else reads them, so the audit holds no entry of them. */
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
  async add(userId: string, view: Pick<SavedViewRecord, 'list' | 'name' | 'filter'>): Promise<SavedViewRecord | null> {
    if ((await this.db.prisma.savedView.count({ where: { userId } })) >= mostViews) return null;
    try {
      return toRecord(await this.db.prisma.savedView.create({ data: { id: newId(), userId, ...view } }));
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
  }

  /** Whether there was one. */
  async remove(userId: string, id: string): Promise<boolean> {
    const { count } = await this.db.prisma.savedView.deleteMany({ where: { userId, id } });
    return count === 1;
  }
}

function toRecord(row: { id: string; list: string; name: string; filter: string; createdAt: Date }): SavedViewRecord {
  const { id, name, filter, createdAt } = row;
  return { id, list: row.list as SavedList, name, filter, createdAt };
}
