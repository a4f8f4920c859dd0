import { readdirSync, readFileSync } from 'node:fs';
import { type FreshDatabase, freshDatabase, query } from '@cooperage/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../new-id.js';

const migrations = new URL('../../../../prisma/migrations/', import.meta.url);
const name = readdirSync(migrations).find((folder) => folder.endsWith('_hide_proofs_of_deliveries'))!;
const update = readFileSync(new URL(`${name}/migration.sql`, migrations), 'utf8').replace(/^ALTER TABLE[^;]*;/gm, '');

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

it('R-H2 the migration hides the proofs of deliveries that were stored before, and keeps the rest', async () => {
  const [project, proven, plain] = [newId(), newId(), newId()];
  await query(database.url, `INSERT INTO organization (id, name, slug, "createdAt") VALUES ('o', 'O', 'o', now())`);
  await query(
    database.url,
    `INSERT INTO project (id, organization_id, slug, name, remote_url, limits, updated_at)
     VALUES ($1, 'o', 'p', 'P', 'https://git.example/x', '{}', now())`,
    [project],
  );
  const insert = (id: string, headers: object) =>
    query(
      database.url,
      `INSERT INTO delivery (id, project_id, forge, delivery_key, event_name, proof, status, headers, body)
       VALUES ($1::uuid, $2, 'github', ($1::uuid)::text, 'push', 'hmac-sha256', 'evaluated', $3, '{}')`,
      [id, project, JSON.stringify(headers)],
    );
  const kept = { 'x-github-event': 'push', 'idempotency-key': 'k', 'webhook-id': 'w' };
  const proofs = [
    'x-hub-signature',
    'x-hub-signature-256',
    'x-gitea-signature',
    'x-gogs-signature',
    'webhook-signature',
  ];
  await insert(proven, { ...kept, ...Object.fromEntries(proofs.map((header) => [header, 'canary'])) });
  await insert(plain, kept);
  await query(database.url, update);
  const rows = await query<{ headers: object }>(database.url, 'SELECT headers FROM delivery ORDER BY id');
  expect(rows.map(({ headers }) => headers)).toEqual([
    { ...kept, ...Object.fromEntries(proofs.map((header) => [header, '***'])) },
    kept,
  ]);
});
