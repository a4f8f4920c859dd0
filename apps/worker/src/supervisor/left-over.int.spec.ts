import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Database, type ProcessIdentity, ProcessRepository } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { asDatabaseRole, type FreshDatabase, freshDatabase } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { identify, isAlive } from '../shared/process-identity.js';
import { keptBuilderKey, newBuilderKey } from './builder-key.js';
import { endLeftOvers } from './left-over.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const shared = path.join(import.meta.dirname, '../shared/end-with-parent.ts');
const child = `import(${JSON.stringify(shared)}).then((m) => { m.endWithParent(); console.log(process.pid); setInterval(() => {}, 1000); })`;
/** Starts its child as the supervisor does, and lives on. */
const parent = `
  const words = ['-e', ${JSON.stringify(child)}];
  require('node:child_process').spawn(process.execPath, words, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  setInterval(() => {}, 1000);`;

const started: ChildProcess[] = [];
function start(program: string, words: readonly string[]): ChildProcess {
  const process = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(process);
  return process;
}
const identityOf = (process: ChildProcess) => identify(process.pid!) as ProcessIdentity;

describe('what a killed supervisor leaves', () => {
  let fresh: FreshDatabase;
  let database: Database;
  let processes: ProcessRepository;
  let gone: ProcessIdentity;

  beforeAll(async () => {
    fresh = await freshDatabase();
    database = new Database({ url: fresh.url, poolSize: 2, applicationName: 'test' });
    processes = new ProcessRepository(database);
    const short = start('sleep', ['300']);
    gone = identityOf(short);
    short.kill('SIGKILL');
    await once(short, 'exit');
  });
  afterEach(() => {
    for (const process of started.splice(0)) process.kill('SIGKILL');
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  const note = (own: ProcessIdentity, supervisor: ProcessIdentity, role: 'control' | 'builder' = 'control') =>
    processes.start(role, role, { process: own, supervisor });
  const endOf = async (id: string) => (await processes.list()).find((record) => record.id === id)?.endReason;

  it('R-O1 a child ends with its supervisor, also with one that is killed [A3 supervisors]', async () => {
    const supervisor = start(process.execPath, ['-e', parent]);
    const [said] = (await once(supervisor.stdout!, 'data')) as [Buffer];
    const own = identify(Number(said.toString())) as ProcessIdentity;
    expect(own.parent).toBe(supervisor.pid);
    supervisor.kill('SIGKILL');
    await expect.poll(() => isAlive(own)).toBe(false);
  });

  it('R-O1 the next supervisor ends a child that did not end by itself, and notes its death [A3 supervisors]', async () => {
    const deaf = start('sleep', ['300']);
    const id = await note(identityOf(deaf), gone);
    expect(await endLeftOvers('control', processes, logger)).toBe(1);
    expect(deaf.signalCode ?? (await once(deaf, 'exit'))[1]).toBe('SIGKILL');
    expect(await endOf(id)).toBe('exited');
    expect(await endLeftOvers('control', processes, logger)).toBe(0);
  });

  it('R-O1 notes the death of one that is gone already, so that nobody waits for its leases', async () => {
    const id = await note(gone, gone);
    expect(await endLeftOvers('control', processes, logger)).toBe(1);
    expect(await endOf(id)).toBe('exited');
  });

  it('R-O1 of a builder is seen by its next supervisor, which has the same key, and by no other', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'cooperage-key-'));
    const connect = (instanceKey: string, url = asDatabaseRole(fresh.url, 'builder')) =>
      new Database({ url, poolSize: 1, applicationName: 'test', instanceKey });
    const connections = [
      connect(await keptBuilderKey(root, 'b')),
      connect(await keptBuilderKey(root, 'b')),
      connect(newBuilderKey()),
    ] as const;
    const [former, next, other] = connections.map((each) => new ProcessRepository(each)) as [
      ProcessRepository,
      ProcessRepository,
      ProcessRepository,
    ];
    const deaf = start('sleep', ['300']);
    const id = await former.start('builder', 'b', { process: identityOf(deaf), supervisor: gone });
    expect(await endLeftOvers('builder', other, logger)).toBe(0);
    expect(await endLeftOvers('builder', next, logger)).toBe(1);
    expect(deaf.signalCode ?? (await once(deaf, 'exit'))[1]).toBe('SIGKILL');
    expect(await endOf(id)).toBe('exited');
    await Promise.all(connections.map((each) => each.close()));
    await rm(root, { recursive: true });
  });

  it('leaves alone what has a living supervisor, another role, or a place of its own', async () => {
    const [held, other, elsewhere] = [start('sleep', ['300']), start('sleep', ['300']), start('sleep', ['300'])];
    const me = identify(process.pid) as ProcessIdentity;
    await note(identityOf(held), me);
    await note(identityOf(other), gone, 'builder');
    await note({ ...identityOf(elsewhere), place: 'another machine' }, gone);
    expect(await endLeftOvers('control', processes, logger)).toBe(0);
    expect([held, other, elsewhere].map((each) => isAlive(identityOf(each)))).toEqual([true, true, true]);
  });
});
