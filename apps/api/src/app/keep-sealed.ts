import { bindGitCredentials, type Database, entrustedBoxes, SealedBoxRepository, sealAgain } from '@cooperage/db';
import type { MasterKeys } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';

/** Another process may still seal with the key that was the first one before. */
const periodMs = 3_600_000;

/** Seals with the first master key what an older one of the list has sealed, now and once an hour. @returns what ends it. */
export function keepSealed(database: Database, keys: MasterKeys, logger: Logger): () => void {
  const boxes = new SealedBoxRepository(database);
  const run = async () => {
    try {
      const bound = await bindGitCredentials(boxes, keys);
      if (bound > 0) logger.info({ bound }, 'git credentials bound to the host of their project');
      const { sealedAgain, lost } = await sealAgain(boxes, keys, entrustedBoxes);
      if (sealedAgain > 0) logger.info({ sealedAgain }, 'sealed again with the first key of ENCRYPTION_KEY');
      if (lost > 0) logger.warn({ lost }, 'sealed with a key that is not in ENCRYPTION_KEY: nobody can read these');
    } catch (error) {
      logger.warn({ err: error }, 'what an older master key has sealed could not be sealed again');
    }
  };
  void run();
  const timer = setInterval(run, periodMs);
  timer.unref();
  return () => clearInterval(timer);
}
