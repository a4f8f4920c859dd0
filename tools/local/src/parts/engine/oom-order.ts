import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeAtomic } from '../../files/atomic-file.ts';

/**
 * `oom_score_adj` (proc(5)), which what is started inherits: where memory runs out, the kernel ends a step first, then an engine. What
 * has none, our services and the databases, comes after them.
 */
export const oomScores = { step: 1000, engine: 500 } as const;

/**
 * A runtime that gives a container its place in that order and becomes runc. An engine finds it by its name.
 * @returns its absolute path
 */
export function writeStepRuntime(folder: string, runc: string): string {
  const file = path.join(folder, 'runc');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeAtomic(file, `#!/bin/sh\necho ${oomScores.step} >/proc/self/oom_score_adj\nexec '${runc}' "$@"\n`, 0o700);
  return file;
}
