import { readFileSync } from 'node:fs';
import path from 'node:path';
import { deliver, parseUpdates } from './deliver.ts';
import { readWebhook } from './repository.ts';

/**
 * The post-receive hook of a hosted repository: git starts it in the repository's folder, writes the updated refs to its
 * standard input and shows what it prints to the pusher. The push is done already, so it never fails.
 */
const PATIENCE_MS = 60_000;

const folder = process.cwd();
const webhook = readWebhook(folder);
for (const update of webhook ? parseUpdates(readFileSync(0, 'utf8')) : []) {
  if (!webhook) break;
  const { accepted, said } = await deliver(webhook, path.basename(folder, '.git'), update, PATIENCE_MS);
  process.stdout.write(`Cooperage ${accepted ? 'took' : 'did NOT take'} ${update.ref}: ${said}\n`);
}
