import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { parseRemoteUrl, sampleRef, sampleRemoteUrl, sampleRepository } from '@cooperage/domain';
import type { RemoteAccess } from '../remote/remote-access.js';

/**
 * The bundled sample as a remote on this disk. Its repository is written once per mirror root from what the program itself
 * holds, so every worker has the same one, without a network.
 */
export async function openSample(mirrorRoot: string): Promise<RemoteAccess> {
  const path = await sampleOnDisk(mirrorRoot);
  return {
    remote: { ...parseRemoteUrl(sampleRemoteUrl, { allowPlainHttp: [] }), href: path },
    protocol: 'file',
    config: [['protocol.file.allow', 'always']],
    variables: {},
    close: async () => {},
  };
}

async function sampleOnDisk(mirrorRoot: string): Promise<string> {
  const { commit, objects } = sampleRepository();
  const path = join(mirrorRoot, `.sample-${commit.slice(0, 12)}.git`);
  if (await isThere(path)) return path;
  const unfinished = join(mirrorRoot, `.sample-${randomUUID()}`);
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(join(unfinished, name)), { recursive: true, mode: 0o700 });
    await writeFile(join(unfinished, name), content);
  };
  await write('HEAD', `ref: ${sampleRef}\n`);
  await write('config', '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
  await write(sampleRef, `${commit}\n`);
  for (const { id, bytes } of objects) await write(`objects/${id.slice(0, 2)}/${id.slice(2)}`, deflateSync(bytes));
  // Another worker of the same root may have been quicker: its repository is the same.
  await rename(unfinished, path).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await isThere(path))) throw error;
  });
  return path;
}

async function isThere(path: string): Promise<boolean> {
  return stat(join(path, 'HEAD')).then(
    () => true,
    () => false,
  );
}
