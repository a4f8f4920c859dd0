import { readComposeFile } from '../compose/compose-model.ts';
import { composeFaults } from '../compose/compose-rules.ts';

/** @returns what is wrong with `docker-compose.yml`: what Compose itself says, or the rules that it breaks. */
export async function composeProblem(): Promise<string | undefined> {
  const faults = composeFaults(await readComposeFile());
  return faults.length === 0 ? undefined : faults.join('\n');
}
