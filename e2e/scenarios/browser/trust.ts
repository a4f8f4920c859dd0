import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Build, Signatures } from '@cooperage/contracts';
import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import { cosignAsStranger } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const files = { Dockerfile: 'FROM busybox:latest\nCOPY word.txt /word.txt\nRUN rm /word.txt\n', 'word.txt': 'hello' };

/** Who signed, what is inside, and that four bad ends are four different sentences. */
export function trust(suite: BrowserSuite): void {
  describe('trust', () => {
    let repository: Repository;
    let first: Build;
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cooperage-stranger-'));
      repository = await suite.product.repository();
      first = await built('hello');
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const built = async (word: string) => {
      const { commit } = await suite.product.push(repository, { ...files, 'word.txt': word });
      return suite.product.finished(repository, commit);
    };
    const part = ({ page }: Visitor, name: string) => page.getByRole('region', { name, exact: true });
    const imageAddress = (digest: string | null) =>
      `/p/${repository.project.organizationSlug}/${repository.project.slug}/images/${digest}`;
    const testBox = async (visitor: Visitor, reference: string) => {
      await visitor.open(`/trust?project=${repository.project.id}&reference=${encodeURIComponent(reference)}`);
      return part(visitor, 'Policy').getByRole('status');
    };
    /** Other bytes in the same repository, which no build of ours has made. */
    const foreignImage = async () => {
      const { project } = repository;
      const name = `${project.organizationSlug}/${project.slug}`;
      const client = suite.product.registryClient(project);
      const { bytes, mediaType } = await client.manifests.get(name, first.digest ?? '');
      const other = Buffer.from(JSON.stringify({ ...JSON.parse(bytes.toString()), annotations: { note: 'foreign' } }));
      return (await client.manifests.put(name, null, { bytes: other, mediaType })).digest;
    };

    it('an image shows what its layers change, and its files are searched', async () => {
      const visitor = await suite.visitor();
      await visitor.open(imageAddress(first.digest));
      await part(visitor, 'Signature')
        .getByText(/by key [0-9a-f]{8} of this project, built here from/)
        .waitFor();
      const rows = part(visitor, 'Layers').locator('tbody tr');
      await expect.poll(() => rows.filter({ hasText: 'RUN rm' }).textContent(), patience).toContain('−1');
      await part(visitor, 'Layers').getByText('5 B stored for nothing').waitFor();
      await part(visitor, 'Files').getByLabel('Search files').fill('busybox');
      await part(visitor, 'Files').getByRole('cell', { name: 'bin/busybox', exact: true }).waitFor();
      await visitor.open('/images?q=main');
      await visitor.page.getByRole('row', { name: new RegExp(repository.project.slug) }).waitFor();
    });

    it('a key is rotated: stock cosign believes the new one, and the old image still verifies', async () => {
      const visitor = await suite.visitor();
      await visitor.open(`/trust?project=${repository.project.id}`);
      const { slug } = repository.project;
      await visitor.press(visitor.page.getByRole('button', { name: `Rotate the key of ${slug}` }));
      await visitor.page.getByText('1 image is signed by this key and by no other').waitFor();
      await visitor.page.getByRole('dialog').getByRole('button', { name: 'Rotate the key', exact: true }).click();
      await part(visitor, 'Keys').getByRole('row').filter({ hasText: slug }).getByText('verify only').waitFor();
      const second = await built('again');
      expect(await suite.product.cosign(repository, 'verify', second.digest ?? '')).toContain(second.digest);
      await expect(suite.product.cosign(repository, 'verify', first.digest ?? '')).rejects.toThrow();
      const path = `/api/v1/projects/${repository.project.id}/images/${first.digest}`;
      const { state, commands } = await suite.product.api.json<Signatures>('POST', `${path}/verify`);
      expect(state).toBe('verified');
      const verify = commands.find((command) => command.arguments[1] === 'verify');
      const said = await suite.product.runCosign(repository.project, verify!.arguments.slice(1));
      expect(said).toContain(first.digest);
    });

    it('never signed and signed by somebody unknown are two sentences', async () => {
      const visitor = await suite.visitor();
      const digest = await foreignImage();
      await (await testBox(visitor, digest)).getByText('Never signed').waitFor();
      const { organizationSlug, slug } = repository.project;
      const name = `${organizationSlug}/${slug}`;
      const image = `${suite.product.registry.hostPort}/${name}@${digest}`;
      await cosignAsStranger(name, ['generate-key-pair'], folder);
      const quiet = ['--new-bundle-format=false', '--use-signing-config=false', '--tlog-upload=false'];
      const sign = ['sign', '-y', '--key', 'cosign.key', ...quiet, '--allow-http-registry=true', image];
      await cosignAsStranger(name, sign, folder);
      await (await testBox(visitor, digest)).getByText('Signed by somebody unknown').waitFor();
    });

    it('a registry that is away and an image that is gone are two more', async () => {
      const visitor = await suite.visitor();
      await visitor.open(imageAddress(first.digest));
      const panel = part(visitor, 'Signature');
      suite.product.registry.cut();
      try {
        await visitor.press(panel.getByRole('button', { name: 'Verify now' }));
        await panel.getByText('Verification impossible').waitFor();
        await panel.getByText('Last known: signed and verified').waitFor();
      } finally {
        suite.product.registry.restore();
      }
      const { organizationSlug, slug } = repository.project;
      const client = suite.product.registryClient(repository.project);
      await client.manifests.delete(`${organizationSlug}/${slug}`, first.digest!);
      await visitor.press(panel.getByRole('button', { name: 'Verify now' }));
      await panel.getByText('Gone from the registry').waitFor();
      visitor.provokes(/40[049]|410|503/);
    });
  });
}
