import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { CHECKOUT } from '../checkout.ts';
import { migrationsThat } from '../test-services/migrations-that.ts';
import { specServices } from '../test-services/spec-instance.ts';
import { deploy } from './deploy.ts';
import { schemaFolders } from './schema-files.ts';
import { withShadowDatabase } from './shadow-database.ts';

const MIGRATION = '20261201235000_delivery_bytes';

/** Two deliveries of an organization and one of another, with a verdict each. */
const rows = `
  INSERT INTO organization (id, name, slug, "createdAt") VALUES ('a', 'a', 'a', now()), ('b', 'b', 'b', now());
  INSERT INTO project (id, organization_id, slug, name, remote_url, limits, updated_at)
    SELECT gen_random_uuid(), id, id, id, 'https://git.example/x.git', '{}', now() FROM organization;
  INSERT INTO delivery (id, project_id, forge, delivery_key, event_name, proof, status, headers, body)
    SELECT gen_random_uuid(), p.id, 'github', n, 'ping', 'hmac-sha256', 'ignored', '{"x-0":"yyyy"}', convert_to(repeat('x', 15), 'UTF8')
    FROM project p, generate_series(1, CASE p.slug WHEN 'a' THEN 2 ELSE 1 END) n;
  INSERT INTO verdict (id, delivery_id, rule_name, matched, reason, explanation, tags)
    SELECT gen_random_uuid(), id, 'main', false, 'ref', 'told', ARRAY['v1', 'v2'] FROM delivery;`;

const counted = `
  SELECT organization_id, sum(amount) FROM (
    SELECT organization_id, kind, amount FROM usage_total UNION ALL SELECT organization_id, kind, amount FROM usage_delta) parts
  WHERE kind = 'deliveryBytes' GROUP BY 1`;

it('R13B-6 an upgrade counts the headers, rows and verdicts that are there, and a deletion takes off as much', async () => {
  const current = schemaFolders(CHECKOUT);
  const folder = mkdtempSync(path.join(tmpdir(), 'cooperage-migrations-'));
  try {
    const older = migrationsThat(folder, (each) => each < MIGRATION);
    await withShadowDatabase(specServices().databaseUrl, async (url) => {
      await deploy(url, older);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        await client.query(rows);
        const used = async () => {
          const { rows: sums } = await client.query<{ organization_id: string; sum: string }>(counted);
          return Object.fromEntries(sums.map(({ organization_id, sum }) => [organization_id, Number(sum)]));
        };
        expect(await used()).toEqual({ a: 2 * 15, b: 15 });
        await deploy(url, current);
        const each = 15 + 1_024 + '{"x-0": "yyyy"}'.length;
        const verdict = 192 + 'main'.length + 'ref'.length + 'told'.length + 'v1v2'.length;
        expect(await used()).toEqual({ a: 2 * (each + verdict), b: each + verdict });
        await client.query("DELETE FROM project WHERE organization_id = 'a'");
        await client.query('DELETE FROM delivery');
        expect(await used()).toEqual({ a: 0, b: 0 });
      } finally {
        await client.end();
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
