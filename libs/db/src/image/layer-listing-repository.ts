import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Database } from '../database.js';
import { storedJson } from '../stored-text.js';

/** What reading a layer once brought, without its entries. */
export interface ListedLayer {
  /** Why it has no entries, as a code; null when it has. */
  readonly problem: string | null;
  readonly entries: number;
  readonly unpackedBytes: number;
}

/** `Entry` is for the reader of layers to say. */
export type NewListing<Entry> =
  | { readonly problem: null; readonly entries: readonly Entry[]; readonly unpackedBytes: number }
  | { readonly problem: string };

/** Of a project; the oldest go when there are more. */
const mostListings = 400;

/** Lists of files of layers, kept since a layer never changes. Only ever a cache: any of it may go. */
export class LayerListingRepository<Entry> {
  constructor(private readonly db: Database) {}

  async find(projectId: string, digests: readonly string[]): Promise<Map<string, ListedLayer>> {
    const rows = await this.db.prisma.layerListing.findMany({
      where: { projectId, digest: { in: [...digests] } },
      select: { digest: true, problem: true, entries: true, unpackedBytes: true },
    });
    return new Map(rows.map(({ digest, ...row }) => [digest, { ...row, unpackedBytes: Number(row.unpackedBytes) }]));
  }

  /** Entries of each layer, in this order; null when one of them is not there any more. */
  async entries(projectId: string, digests: readonly string[]): Promise<Entry[][] | null> {
    const rows = await this.db.prisma.layerListing.findMany({
      where: { projectId, digest: { in: [...digests] }, payload: { not: null } },
      select: { digest: true, payload: true },
    });
    const found = new Map(rows.map(({ digest, payload }) => [digest, payload]));
    if (digests.some((digest) => !found.get(digest))) return null;
    return digests.map((digest) => JSON.parse(zstdDecompressSync(found.get(digest)!).toString()) as Entry[]);
  }

  /** A second reader of the same layer changes nothing. */
  async keep(projectId: string, digest: string, listing: NewListing<Entry>): Promise<void> {
    const found = listing.problem === null ? listing : null;
    await this.db.prisma.layerListing.createMany({
      data: {
        projectId,
        digest,
        problem: listing.problem,
        entries: found?.entries.length ?? 0,
        unpackedBytes: found?.unpackedBytes ?? 0,
        payload: found && zstdCompressSync(storedJson(found.entries)),
      },
      skipDuplicates: true,
    });
    await this.db.prisma.$executeRaw`
      DELETE FROM layer_listing WHERE project_id = ${projectId}::uuid AND digest IN (
        SELECT digest FROM layer_listing WHERE project_id = ${projectId}::uuid ORDER BY created_at DESC OFFSET ${mostListings})`;
  }
}
