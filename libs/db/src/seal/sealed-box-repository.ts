import { type MasterKey, sealedSubject } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** A sealed box as it lies in its row. */
export interface StoredBox {
  readonly place: BoxPlace;
  readonly id: string;
  /** Associated data, without which it does not open. */
  readonly subject: string;
  readonly sealed: Uint8Array;
}

export type BoxPlace = 'project_secret' | 'registry_credential' | 'hook_secret' | 'git_credentials' | 'signing_key';

/** What people entrusted to the installation; `api` writes it. */
export const entrustedBoxes: readonly BoxPlace[] = [
  'project_secret',
  'registry_credential',
  'hook_secret',
  'git_credentials',
];
/** What `control` alone can open. */
export const signingBoxes: readonly BoxPlace[] = ['signing_key'];

interface Place {
  readonly table: string;
  readonly column: string;
  /** The parts of the subject, as SQL. */
  readonly project: string;
  readonly name: string;
  subject(row: BoxRow): string;
}

interface BoxRow {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly sealed: Uint8Array;
}

const places: { readonly [P in BoxPlace]: Place } = {
  project_secret: {
    ...{ table: 'project_secret', column: 'sealed', project: 'project_id', name: 'name' },
    subject: ({ project, name }) => sealedSubject.projectSecret(project, name),
  },
  registry_credential: {
    ...{ table: 'registry_credential', column: 'sealed', project: 'project_id', name: 'host' },
    subject: ({ project, name }) => sealedSubject.registryCredential(project, name),
  },
  hook_secret: {
    ...{ table: 'hook_secret', column: 'sealed', project: 'project_id', name: "''" },
    subject: ({ id }) => sealedSubject.hookSecret(id),
  },
  git_credentials: {
    ...{ table: 'project', column: 'git_credentials', project: 'id', name: "coalesce(git_credentials_origin, '')" },
    subject: ({ project, name }) => sealedSubject.gitCredentials(project, name),
  },
  signing_key: {
    ...{ table: 'signing_key', column: 'sealed', project: 'project_id', name: "''" },
    subject: ({ project }) => sealedSubject.signingKey(project),
  },
};

/** Sealed boxes across the tables, for a master key to be rotated. */
export class SealedBoxRepository {
  constructor(private readonly db: Database) {}

  /** Every box of a place, as it lies in its row. */
  async list(place: BoxPlace): Promise<StoredBox[]> {
    return this.select(place, Prisma.empty);
  }

  /** Boxes that another master key has sealed. Which one it was stands in a box's head (`sealed-box.ts`). */
  async notSealedBy(key: MasterKey, place: BoxPlace): Promise<StoredBox[]> {
    const column = Prisma.raw(places[place].column);
    return this.select(place, Prisma.sql`AND substring(${column} FROM 2 FOR 8) <> decode(${key.id}, 'hex')`);
  }

  /** False when somebody wrote another value in the meantime, which stays. */
  async replace({ place, id, sealed }: StoredBox, anew: Uint8Array): Promise<boolean> {
    const [table, column] = [places[place].table, places[place].column].map(Prisma.raw);
    const count = await this.db.prisma.$executeRaw`
      UPDATE ${table!} SET ${column!} = ${Buffer.from(anew)} WHERE id = ${id}::uuid AND ${column!} = ${Buffer.from(sealed)}`;
    return count === 1;
  }
  private async select(place: BoxPlace, condition: Prisma.Sql): Promise<StoredBox[]> {
    const { subject, ...words } = places[place];
    const [table, column, project, name] = [words.table, words.column, words.project, words.name].map(Prisma.raw);
    const rows = await this.db.prisma.$queryRaw<BoxRow[]>`
      SELECT id::text AS id, (${project!})::text AS project, (${name!})::text AS name, ${column!} AS sealed FROM ${table!}
      WHERE ${column!} IS NOT NULL ${condition} ORDER BY id`;
    return rows.map((row) => ({ place, id: row.id, subject: subject(row), sealed: row.sealed }));
  }
}
