import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ComposeProduct, Repository } from '@cooperage/e2e';
import { services } from '@cooperage/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Suite } from '../shared/suite.js';
import { verifyAsShown } from './signatures.js';

const run = promisify(execFile);

/** Takes the installation down and brings it back. */
export function backup(suite: Suite<ComposeProduct>): void {
  describe('an installation', () => {
    let product: ComposeProduct;
    let hello: Repository;
    beforeAll(async () => {
      product = suite.product;
      hello = await product.repository({ visibility: 'public' });
    });
    const address = () => `${hello.project.organizationSlug}/${hello.project.slug}`;

    it('comes back from a backup on an empty machine: images verify, tags stand, builds go on, orphans are named [A3 backup]', async () => {
      const repository = `/var/lib/registry/docker/registry/v2/repositories/${address()}/_manifests/tags`;
      const first = await product.build(hello, { Dockerfile: 'FROM busybox\nCOPY word /word\n', word: 'first\n' });
      // A tag that nobody made who told the database.
      await product.compose('exec', '-T', 'registry', 'cp', '-r', `${repository}/main`, `${repository}/stray`);
      const digestOf = async (tag: string) =>
        (
          await run(services().tools.crane!, ['digest', '--insecure', `${product.pullHost}/${address()}:${tag}`])
        ).stdout.trim();
      const before = await Promise.all(['main', 'latest'].map(digestOf));
      const backup = path.join(product.docker.folder, 'backup');
      await product.script('backup.sh', backup);
      await expect(product.script('restore.sh', backup)).rejects.toThrow(/is not empty/);

      await product.compose('down', '--volumes', '--timeout', '5');
      for (const name of ['.env', 'secrets']) await rm(path.join(product.folder, name), { recursive: true });
      const said = await product.script('restore.sh', backup);
      // What may have been revoked since is void: everybody signs in again.
      expect((await product.api.send('GET', '/api/v1/me')).status).toBe(401);
      await product.signIn();
      // The restore starts the product. These are the test's own.
      await product.compose('up', '--detach', 'git', 'mirror', 'looker');
      expect(said).toContain(`tag ${address()}:stray`);
      expect(said).toMatch(/every image of the database is in the registry: [1-9]/);

      expect(await Promise.all(['main', 'latest'].map(digestOf))).toEqual(before);
      await verifyAsShown(product, first);
      const build = await product.build(hello, { Dockerfile: 'FROM busybox\nCOPY word /word\n', word: 'again\n' });
      expect(build.status).toBe('succeeded');
      await verifyAsShown(product, build);
    });
  });
}
