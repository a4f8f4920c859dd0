import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
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

const pack = promisify(zstdCompress);
const unpack = promisify(zstdDecompress);
/** Entries that are written and read at a time, a line each of these. A list from before has one line. */
const entriesPerLine = 1_000;

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

  /** Entries of each layer, in this order, unpacked one after another; null when one of them is not there any more. */
  async entries(projectId: string, digests: readonly string[]): Promise<AsyncIterable<Entry[]> | null> {
    const rows = await this.db.prisma.layerListing.findMany({
      where: { projectId, digest: { in: [...digests] }, payload: { not: null } },
      select: { digest: true, payload: true },
    });
    const found = new Map(rows.map(({ digest, payload }) => [digest, payload]));
    if (digests.some((digest) => !found.get(digest))) return null;
    return unpacked<Entry>(digests.map((digest) => found.get(digest)!));
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
        payload: found && new Uint8Array(await pack(await linesOf(found.entries))),
      },
      skipDuplicates: true,
    });
    await this.db.prisma.$executeRaw`
      DELETE FROM layer_listing WHERE project_id = ${projectId}::uuid AND digest IN (
        SELECT digest FROM layer_listing WHERE project_id = ${projectId}::uuid ORDER BY created_at DESC OFFSET ${mostListings})`;
  }
}

/** A list may have many megabytes: others have their turn between its lines. */
async function linesOf(entries: readonly unknown[]): Promise<string> {
  const lines: string[] = [];
  for (let at = 0; at === 0 || at < entries.length; at += entriesPerLine) {
    lines.push(storedJson(entries.slice(at, at + entriesPerLine)));
    await nextTurn();
  }
  return lines.join('\n');
}

async function* unpacked<Entry>(payloads: readonly Uint8Array[]): AsyncGenerator<Entry[]> {
  for (const payload of payloads) {
    const entries: Entry[] = [];
    for (const line of (await unpack(payload)).toString().split('\n')) {
      for (const entry of JSON.parse(line) as Entry[]) entries.push(entry);
      await nextTurn();
    }
    yield entries;
  }
}
