import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const checkout = path.resolve(import.meta.dirname, '../../..');
/** A package without dependencies that has not changed for years. */
const small = { name: 'is-number', version: '7.0.0' };

interface LockedPackage {
  readonly link?: boolean;
  /** Inside the archive of another package, which is named by its content. */
  readonly inBundle?: boolean;
  readonly integrity?: string;
}

const lockOf = async (folder: string) =>
  JSON.parse(await readFile(path.join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };

describe('S-122 installing what we depend on', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cooperage-npm-'));
    await copyFile(path.join(checkout, '.npmrc'), path.join(folder, '.npmrc'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const npm = (...parameters: string[]) =>
    promisify(execFile)('npm', [...parameters, '--no-audit', '--no-fund'], { cwd: folder }).then(
      () => 'installed',
      (error: { stderr?: string }) => /npm error code (\w+)/.exec(error.stderr ?? '')?.[1] ?? String(error),
    );
  const project = (dependencies: Record<string, string>) =>
    writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'probe', version: '1.0.0', dependencies }));

  it('is frozen: the lock file names the content of every package from a registry', async () => {
    const { packages } = await lockOf(checkout);
    const loose = Object.entries(packages)
      .filter(([name, { link, inBundle }]) => name.includes('node_modules/') && !link && !inBundle)
      .filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
    expect(loose.map(([name]) => name)).toEqual([]);
  });

  it('works as locked, and refuses a package whose content has changed', async () => {
    await project({ [small.name]: small.version });
    expect(await npm('install')).toBe('installed');
    expect(await npm('ci')).toBe('installed');
    const lock = await lockOf(folder);
    const changed = { ...lock.packages[`node_modules/${small.name}`], integrity: `sha512-${'A'.repeat(86)}==` };
    lock.packages[`node_modules/${small.name}`] = changed;
    await writeFile(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
    expect(await npm('ci')).toBe('EINTEGRITY');
  });

  it('runs no script of any package', async () => {
    const hostile = path.join(folder, 'hostile');
    await mkdir(hostile);
    const scripts = { preinstall: 'touch ran', install: 'touch ran', postinstall: 'touch ran' };
    await writeFile(path.join(hostile, 'package.json'), JSON.stringify({ name: 'hostile', version: '1.0.0', scripts }));
    await project({ hostile: 'file:hostile' });
    expect(await npm('install')).toBe('installed');
    expect(await readdir(hostile)).not.toContain('ran');
  });

  it('waits before it trusts a new version', async () => {
    const settings = await readFile(path.join(checkout, '.npmrc'), 'utf8');
    expect(Number(/^min-release-age=(\d+)$/m.exec(settings)?.[1])).toBeGreaterThanOrEqual(3);
    await project({ [small.name]: small.version });
    // Every version is younger than a hundred years: what is refused here is refused for its age alone.
    expect(await npm('install', '--min-release-age=36500')).toBe('ETARGET');
  });
});
