import { randomBytes } from 'node:crypto';
import { readJson, writeJson } from '../files/atomic-file.ts';

/** Secrets by name, made at first use and readable by this user alone. */
export class SecretBook {
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** @returns a random value in base64url, the same at every call. */
  secret(name: string, sizeBytes = 32): string {
    return this.keep(name, () => randomBytes(sizeBytes).toString('base64url'));
  }

  /** For keys that need a form of their own. */
  keep(name: string, make: () => string): string {
    const known = readJson<Record<string, string>>(this.file) ?? {};
    const value = known[name];
    if (value !== undefined) return value;
    const made = make();
    writeJson(this.file, { ...known, [name]: made }, 0o600);
    return made;
  }
}
