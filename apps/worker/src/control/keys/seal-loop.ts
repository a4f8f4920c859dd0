import { type Database, SealedBoxRepository, sealAgain, signingBoxes } from '@cooperage/db';
import type { MasterKeys } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../../shared/wake-loop.js';

/** Another process may still seal with the key that was the first one before. */
const periodMs = 3_600_000;

/** Seals with the first master key the signing keys that an older one of the list has sealed, at the start and once an hour. */
export function sealLoop(database: Database, keys: MasterKeys, logger: Logger): WakeLoop {
  const boxes = new SealedBoxRepository(database);
  return new WakeLoop('seal again', periodMs, logger, async () => {
    const { sealedAgain, lost } = await sealAgain(boxes, keys, signingBoxes);
    if (sealedAgain > 0) logger.info({ sealedAgain }, 'sealed again with the first key of SIGNING_ENCRYPTION_KEY');
    if (lost > 0)
      logger.warn({ lost }, 'sealed with a key that is not in SIGNING_ENCRYPTION_KEY: it signs nothing more');
  });
}
