import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CACHE } from '../checkout.ts';
import { Lock } from '../files/lock.ts';
import { say, seconds } from '../output.ts';
import type { StoredImage } from '../parts/registry/registry-storage.ts';
import { attempt, run } from '../processes/command.ts';
import type { Tools } from '../toolchain/tools.ts';
import { type BaseImage, writeLayout } from './oci-layout.ts';
import { DEBIAN_RELEASE, makeBusybox, makeDebian } from './root-file-systems.ts';

const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;
const SEARCH_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Recipe {
  /** As a registry's mirror of Docker Hub has it. */
  readonly reference: string;
  readonly needs: readonly string[];
  readonly make: (tools: Tools, tar: string, workFolder: string) => Promise<void>;
  readonly image: Pick<BaseImage, 'command' | 'createdBy'>;
}

const RECIPES: readonly Recipe[] = [
  {
    reference: 'library/busybox:latest',
    needs: ['busybox'],
    make: makeBusybox,
    image: { command: ['sh'], createdBy: 'busybox-static of Debian' },
  },
  {
    reference: `library/debian:${DEBIAN_RELEASE}`,
    needs: ['mmdebstrap'],
    make: makeDebian,
    image: { command: ['bash'], createdBy: `mmdebstrap --variant=minbase ${DEBIAN_RELEASE}` },
  },
];

/** Images that builds usually start from, so that they build without an outside network; each is made once per machine. */
export async function baseImages(tools: Tools): Promise<StoredImage[]> {
  const images: StoredImage[] = [];
  for (const recipe of RECIPES)
    if (tools.has(...recipe.needs))
      images.push({ reference: recipe.reference, layout: await ensureLayout(recipe, tools) });
  return images;
}

/**
 * Puts images that builds usually start from into a registry, so that they build without an outside network. They are
 * made once per machine from Debian's packages.
 */
export async function provideBaseImages(tools: Tools, registryHost: string): Promise<void> {
  for (const recipe of RECIPES) {
    if (!tools.has('crane', ...recipe.needs)) continue;
    const target = `${registryHost}/${recipe.reference}`;
    if ((await attempt(tools.path('crane'), ['digest', '--insecure', target])).code === 0) continue;
    await run(tools.path('crane'), ['push', '--insecure', await ensureLayout(recipe, tools), target]);
  }
}

async function ensureLayout(recipe: Recipe, tools: Tools): Promise<string> {
  const folder = path.join(CACHE, 'base-images', `${recipe.reference.replaceAll(/[/:]/g, '-')}-${ARCHITECTURE}`);
  const lock = await Lock.take(`${folder}.lock`, () =>
    say(`· another launcher is making ${recipe.reference}; waiting for it`),
  );
  try {
    if (!existsSync(folder)) await makeLayout(recipe, tools, folder);
  } finally {
    lock.release();
  }
  return folder;
}

async function makeLayout(recipe: Recipe, tools: Tools, folder: string): Promise<void> {
  const started = performance.now();
  say(`· making the base image ${recipe.reference} (once per machine)`);
  mkdirSync(path.dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}.part-`);
  try {
    const tar = path.join(work, 'layer.tar');
    await recipe.make(tools, tar, work);
    const image = { ...recipe.image, architecture: ARCHITECTURE, environment: [SEARCH_PATH] };
    await writeLayout(path.join(work, 'layout'), tar, { ...image, created: new Date().toISOString() });
    renameSync(path.join(work, 'layout'), folder);
    say(`  made in ${seconds(performance.now() - started)}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
