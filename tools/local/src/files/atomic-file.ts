import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Readers see the old content or the new one, never a half; `mode` holds from the first byte. */
export function writeAtomic(file: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.${randomBytes(4).toString('hex')}.part`;
  writeFileSync(part, content, { mode, flush: true });
  renameSync(part, file);
}

export function writeJson(file: string, value: unknown, mode = 0o644): void {
  writeAtomic(file, `${JSON.stringify(value, null, 2)}\n`, mode);
}

/** @returns undefined where the file is missing or is no JSON: both mean that nothing useful was kept. */
export function readJson<T>(file: string): T | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
