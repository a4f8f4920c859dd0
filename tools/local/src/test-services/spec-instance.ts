import { mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { readJson } from '../files/atomic-file.ts';
import { Instance } from '../parts/instance.ts';

/** Folder, below that of the test services, of parts and launchers that tests start for themselves. */
export const SPEC_INSTANCES = 'instances';

/** For specs: parts started in it are ended with the test services, also when the test run is killed. */
export function createSpecInstance(): Instance {
  const folder = path.join(path.dirname(servicesFile()), SPEC_INSTANCES);
  mkdirSync(folder, { recursive: true });
  return new Instance(mkdtempSync(path.join(folder, 'spec-')));
}

/** For specs: the addresses that they need of the test services. */
export function specServices(): { readonly databaseUrl: string; readonly openRegistry: string } {
  const services = readJson<{ databaseUrl: string; openRegistry: string }>(servicesFile());
  if (!services) throw new Error(`${servicesFile()} is missing: start ./cooperage services`);
  return services;
}

function servicesFile(): string {
  const file = process.env.COOPERAGE_TEST_SERVICES;
  if (!file) throw new Error('COOPERAGE_TEST_SERVICES is not set: run the tests with ./cooperage test');
  return file;
}
