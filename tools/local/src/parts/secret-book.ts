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
    const known = this.find(name);
    if (known !== undefined) return known;
    const made = make();
    this.put(name, made);
    return made;
  }

  find(name: string): string | undefined {
    return this.read()[name];
  }

  /** For secrets that somebody else makes. */
  put(name: string, value: string): void {
    writeJson(this.file, { ...this.read(), [name]: value }, 0o600);
  }

  private read(): Record<string, string> {
    return readJson<Record<string, string>>(this.file) ?? {};
  }
}
