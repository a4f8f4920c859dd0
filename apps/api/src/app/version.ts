import { readFileSync } from 'node:fs';
import { schemaVersion } from '@cooperage/db';
import type { VersionInfo } from '@cooperage/telemetry';

export function versionOf(release: { readonly commit: string; readonly builtAt: string | null }): VersionInfo {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return { version, commit: release.commit, builtAt: release.builtAt, schemaVersion };
}
