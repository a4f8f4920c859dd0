import { loadConfig } from '@cooperage/config';
import { Database, ProcessRepository } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { keptBuilderKey, newBuilderKey } from './supervisor/builder-key.js';
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
const instanceKey = role === 'builder' ? await builderKey() : undefined;
const database = new Database({
  ...{ url: config.databaseUrl.reveal(), poolSize: 1, applicationName: `supervisor-${role}` },
  ...(instanceKey && { instanceKey }),
});
const supervisor = new Supervisor(role, new ProcessRepository(database), logger, instanceKey ?? null);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void supervisor.stop());
await supervisor.run();
await database.close();

/** One for all lives of the child and of this process: its rows are those of the one before it. */
async function builderKey(): Promise<string> {
  try {
    return config.keyFolder === null ? newBuilderKey() : await keptBuilderKey(config.keyFolder, config.workerName);
  } catch (error) {
    const consequence = 'what a killed supervisor leaves is found by its lease';
    logger.warn({ err: error }, `the key of the builder cannot be kept: ${consequence}`);
    return newBuilderKey();
  }
}
