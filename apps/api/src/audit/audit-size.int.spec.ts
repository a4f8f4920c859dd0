import type { AuditEntry, ChainCheckView, Page } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let acme: string;
let path: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
});
afterAll(() => world.close());

const check = async () => expectOk(await owner.get<ChainCheckView>(`/api/v1/organizations/${acme}/audit/check`));
const newest = async () =>
  expectOk(await owner.get<Page<AuditEntry>>(`/api/v1/organizations/${acme}/audit?limit=1`)).items[0]!;
const args = (count: number, length: number, first: string, name = 'A') =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}${at}`, first.padEnd(length, `${at}`)]));

describe('an entry of the audit', () => {
  it('R5-A6 is small whatever was changed, and its chain is whole', async () => {
    const { project } = await world.project(owner, acme, { buildArgs: args(7, 8_192, 'made') });
    path = `/api/v1/projects/${project.id}`;
    const namedContexts = args(20, 1_000, 'folder/', 'part');
    for (const buildArgs of [args(7, 8_192, 'once'), args(64, 1_000, 'twice')])
      expectOk(await owner.ask('PATCH', path, { description: 'large', buildArgs, namedContexts }));
    const [largest] = await rowsOf<{ bytes: number }>(
      world,
      'SELECT max(octet_length(a::text)) AS bytes FROM audit_entry a',
    );
    expect(largest!.bytes).toBeLessThan(16 * 1024);
    expect(await check()).toMatchObject({ ok: true, broken: null });
  });

  it('R5-A6 says size and hash of what it does not hold, beside what it holds', async () => {
    const value = 'a long argument '.repeat(500);
    expectOk(await owner.ask('PATCH', path, { description: 'short', buildArgs: { LONG: value, SHORT: 'word' } }));
    const { before, after } = await newest();
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(after).toEqual({
      description: 'short',
      buildArgs: { LONG: { bytes: value.length, sha256 }, SHORT: 'word' },
    });
    expect(before).toEqual({ description: 'large', buildArgs: { bytes: expect.any(Number), sha256 } });
  });
});
