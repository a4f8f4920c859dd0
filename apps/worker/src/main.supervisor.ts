import { randomBytes } from 'node:crypto';
import { loadConfig } from '@cooperage/config';
import { Database, ProcessRepository } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { Supervisor } from './supervisor/supervisor.js';

/**
 * The small parent of a builder or control process, the same on one machine and in a container: it starts the child,
 * notes its death in the database so that others take over at once, and starts it again.
 *
 * usage: main.supervisor.js builder|control
 */
const role = process.argv[2];
if (role !== 'builder' && role !== 'control') {
  process.stderr.write('usage: main.supervisor.js builder|control\n');
  process.exit(2);
}
const config = loadConfig('supervisor');
const logger = createLogger({ process: `supervisor-${role}`, level: config.logLevel });
// One for all lives of the child: its rows are those of the one before it.
const instanceKey = role === 'builder' ? randomBytes(32).toString('base64url') : undefined;
const database = new Database({
  ...{ url: config.databaseUrl.reveal(), poolSize: 1, applicationName: `supervisor-${role}` },
  ...(instanceKey && { instanceKey }),
});
const supervisor = new Supervisor(role, new ProcessRepository(database), logger, instanceKey ?? null);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void supervisor.stop());
await supervisor.run();
await database.close();
