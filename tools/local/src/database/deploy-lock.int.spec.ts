import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { specServices } from '../test-services/spec-instance.ts';
import { deploy } from './deploy.ts';
import { status } from './migrations.ts';
import { type SchemaFolders, schemaFolders } from './schema-files.ts';
import { withShadowDatabase } from './shadow-database.ts';

const inOrder = { pending: [], unknown: [], failed: [], edited: [] };
/** A migration that stands still until the test lets it go on. */
const GATE = 4_711;
const gate = `SELECT pg_advisory_xact_lock(${GATE});`;
const HOLDER = 'holder of the gate';
const WAITING = '· waiting for another process, which applies migrations';

let folders: SchemaFolders;
let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(path.join(tmpdir(), 'cooperage-deploy-lock-'));
  folders = schemaFolders(checkout);
  mkdirSync(folders.schema, { recursive: true });
  writeFileSync(path.join(folders.schema, 'main.prisma'), 'datasource db {\n  provider = "postgresql"\n}\n');
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

/** One process that deploys, and what it says. */
function deployer(url: string, pause: (problem: string) => Promise<void> = () => Promise.resolve()) {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const start = () => {
    const deploying = deploy(url, folders, { lockTimeoutMs: 50_000, tries: 3, longMs: 1, pause, say });
    // A test that has failed waits for it no more.
    deploying.catch(() => {});
    return deploying;
  };
  return { lines, start };
}

describe('two deployments at once', () => {
  it('V12B-2 make an index outside of a transaction: one applies it, and the other waits without a snapshot', async () => {
    await atGate(async (url, holder) => {
      writeMigration('1_gate', `CREATE TABLE cask (id int); ${gate}`);
      const index = 'CREATE INDEX CONCURRENTLY by_id ON cask (id);\n';
      writeMigration('2_index', `-- Outside of a transaction\nDROP INDEX CONCURRENTLY IF EXISTS by_id;\n${index}`);
      const [first, second] = [deployer(url), deployer(url)];
      const deploying = first.start();
      await expect.poll(() => atTheGate(holder)).toBe(1);
      const other = second.start();
      await expect.poll(() => second.lines).toContain(WAITING);
      await open(holder);
      expect(await Promise.all([deploying, other])).toEqual([['1_gate', '2_index'], []]);
      expect(await status(url, folders)).toEqual(inOrder);
      const begun = await holder.query('SELECT migration_name AS name FROM _prisma_migrations ORDER BY started_at');
      expect(begun.rows).toEqual([{ name: '1_gate' }, { name: '2_index' }]);
    });
  });

  it('V12A-5 leave alone what the other one has under way, also after a stop of the server', async () => {
    await atGate(async (url, holder) => {
      writeMigration('1_gate', `${gate} CREATE TABLE once ();`);
      const [pausing, pause] = [promised(), promised()];
      const first = deployer(url, () => {
        pausing.keep();
        return pause.kept;
      });
      const second = deployer(url);
      const deploying = first.start();
      await expect.poll(() => atTheGate(holder)).toBe(1);
      await stopped(url, () => pausing.kept);
      const other = second.start();
      await expect.poll(() => second.lines).toContain('· 1_gate did not come to its end, and begins anew');
      await expect.poll(() => atTheGate(holder)).toBe(1);
      pause.keep();
      await expect.poll(() => first.lines).toContain(WAITING);
      await open(holder);
      expect(await Promise.all([deploying, other])).toEqual([[], ['1_gate']]);
      expect(await status(url, folders)).toEqual(inOrder);
    });
  });
});

describe('a deployment', () => {
  it('V12B-3 names a migration that takes long while that is under way', async () => {
    await atGate(async (url, holder) => {
      writeMigration('1_gate', gate);
      const { lines, start } = deployer(url);
      const deploying = start();
      await expect.poll(() => lines).toEqual(['· applying 1_gate, which takes minutes where there is much data']);
      await open(holder);
      expect(await deploying).toEqual(['1_gate']);
    });
  });

  it('V12B-9 goes on where the server does not know a setting', async () => {
    await withShadowDatabase(specServices().databaseUrl, async (url) => {
      writeMigration('1_first', 'CREATE TABLE first ();');
      await behindOlderServer(url, async (older) => {
        expect(await deploy(older, folders)).toEqual(['1_first']);
      });
    });
  });
});

/** With a session that keeps the gate shut. */
async function atGate(work: (url: string, holder: pg.Client) => Promise<void>): Promise<void> {
  await withShadowDatabase(specServices().databaseUrl, async (url) => {
    const holder = new pg.Client({ connectionString: url, application_name: HOLDER });
    await holder.connect();
    try {
      await holder.query(`SELECT pg_advisory_lock(${GATE})`);
      await work(url, holder);
    } finally {
      await holder.end();
    }
  });
}

async function atTheGate(holder: pg.Client): Promise<number> {
  const waiting = await holder.query(
    `SELECT FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE datname = current_database() AND locktype = 'advisory' AND objid = ${GATE} AND NOT granted`,
  );
  return waiting.rows.length;
}

async function open(holder: pg.Client): Promise<void> {
  await holder.query(`SELECT pg_advisory_unlock(${GATE})`);
}

function promised() {
  let keep: () => void = () => {};
  const kept = new Promise<void>((resolve) => {
    keep = resolve;
  });
  return { kept, keep };
}

/** For those who deploy to the database the server is away until `work` has ended. */
async function stopped(url: string, work: () => Promise<void>): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const server = new pg.Client({ connectionString: specServices().databaseUrl });
  await server.connect();
  try {
    await server.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await server.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name <> '${HOLDER}'`,
      [name],
    );
    await work();
    await server.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  } finally {
    await server.end();
  }
}

/** The server under an address where it has no setting `client_connection_check_interval`. */
async function behindOlderServer(url: string, work: (url: string) => Promise<void>): Promise<void> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  const proxy = createServer((socket) => {
    const server = connectTo({ host: hostname, port: Number(port) });
    sockets.push(socket, server);
    for (const each of [socket, server]) each.on('error', () => {});
    socket.on('data', (chunk) => {
      const text = chunk
        .toString('latin1')
        .replace('client_connection_check_interval', 'client_connection_check_intervaX');
      server.write(Buffer.from(text, 'latin1'));
    });
    server.pipe(socket);
    socket.on('end', () => server.end());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const older = new URL(url);
  older.hostname = '127.0.0.1';
  older.port = String((proxy.address() as { port: number }).port);
  try {
    await work(older.href);
  } finally {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  }
}

function writeMigration(name: string, sql: string): void {
  mkdirSync(path.join(folders.migrations, name), { recursive: true });
  writeFileSync(path.join(folders.migrations, name, 'migration.sql'), sql);
  writeFileSync(path.join(folders.migrations, 'migration_lock.toml'), 'provider = "postgresql"\n');
}
