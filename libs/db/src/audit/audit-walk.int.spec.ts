import { randomUUID } from 'node:crypto';
import { auditHash, chainStart } from '@cooperage/domain';
import { syncStretchRatio } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { AuditRepository, newId } from '../index.js';

const mib = 1024 * 1024;

describe('R5-A6 an audit with entries of before they were bounded', () => {
  let world: World;
  let audit: AuditRepository;
  beforeAll(async () => {
    world = await World.open();
    audit = new AuditRepository(world.db);
  });
  afterAll(() => world.close());

  /** Entries as they were written once: with all that was sent, of so many bytes each. */
  async function written(sizes: readonly number[]): Promise<{ organizationId: string; ids: string[] }> {
    const organizationId = randomUUID();
    const data = { id: organizationId, name: 'Acme', slug: organizationId, createdAt: new Date() };
    await world.db.prisma.organization.create({ data });
    let head = chainStart(organizationId);
    const ids: string[] = [];
    for (const [index, bytes] of sizes.entries()) {
      const facts = { action: 'project.change', before: null, after: settings(bytes), at: new Date().toISOString() };
      const entry = { ...facts, id: newId(), number: index + 1, chain: organizationId, project: null, address: null };
      const people = { actor: { kind: 'person', id: 'olga', name: 'Olga' }, subject: { kind: 'project', id: 'p' } };
      head = { number: entry.number, hash: auditHash(head.hash, { ...entry, ...people }) };
      const hash = Buffer.from(head.hash, 'hex');
      await world.db.prisma.auditEntry.create({
        data: {
          ...{ id: entry.id, organizationId, number: entry.number, action: facts.action, at: facts.at, hash },
          ...{ actorKind: 'person', actorId: 'olga', actorName: 'Olga', subjectKind: 'project', subjectId: 'p' },
          after: facts.after,
        },
      });
      ids.push(entry.id);
    }
    const hash = Buffer.from(head.hash, 'hex');
    await world.db.prisma.auditChain.create({ data: { chain: organizationId, number: head.number, hash } });
    return { organizationId, ids };
  }

  const settings = (bytes: number) => ({
    buildArgs: Object.fromEntries(
      Array.from({ length: Math.ceil(bytes / 8_192) }, (_, at) => [`A${at}`, 'x'.repeat(Math.min(bytes, 8_192))]),
    ),
  });
  const bytesOf = (records: readonly { after: unknown }[]) =>
    records.reduce((sum, { after }) => sum + JSON.stringify(after).length, 0);

  it('is listed in pages that end where they become large, each entry once', async () => {
    const { organizationId, ids } = await written([10, 10, 3 * mib, 10, mib, mib, mib, 10, 10, 3 * mib]);
    const pages: string[][] = [];
    for (let after: string | null = null; ; ) {
      const page = await audit.list(organizationId, {}, { after, limit: 4 });
      expect(page.items.length === 1 || bytesOf(page.items) <= 2 * mib).toBe(true);
      pages.push(page.items.map(({ id }) => id));
      after = page.next;
      if (after === null) break;
    }
    expect(pages.flat()).toEqual(ids.toReversed());
    expect(pages.map(({ length }) => length)).toEqual([1, 3, 1, 2, 1, 2]);
  });

  it('fills a page of a hundred entries that are as large as entries are today', async () => {
    const { organizationId } = await written(Array.from({ length: 101 }, () => 14_000));
    const page = await audit.list(organizationId, { action: 'project' }, { after: null, limit: 100 });
    expect([page.items.length, page.next]).toEqual([100, page.items.at(-1)!.id]);
  });

  it('is downloaded in batches that fit into memory', async () => {
    const { organizationId, ids } = await written(Array.from({ length: 12 }, () => mib / 2));
    const seen: string[] = [];
    for await (const batch of audit.all(organizationId, {})) {
      expect(bytesOf(batch)).toBeLessThanOrEqual(2 * mib);
      seen.push(...batch.map(({ id }) => id));
    }
    expect(seen).toEqual(ids.toReversed());
  });

  it('is checked without keeping others waiting for all of it', async () => {
    // One entry is a stretch by itself: these are small enough to tell it from all of them.
    const { organizationId } = await written(Array.from({ length: 160 }, () => mib / 16));
    let checked: unknown;
    const ratio = await syncStretchRatio(async () => {
      checked = await audit.check(organizationId);
    });
    expect(checked).toMatchObject({ ok: true, head: { number: 160 } });
    expect(ratio).toBeLessThan(5);
  });
});
