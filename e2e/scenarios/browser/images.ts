import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const dockerfile = `FROM busybox:latest
LABEL flavour=oak
COPY word.txt /word.txt
USER 1000
ENTRYPOINT ["/bin/cat", "/word.txt"]
`;

/** What an image is made of, and why anyone should believe it. */
export function images(suite: BrowserSuite): void {
  describe('the page of an image', () => {
    let repository: Repository;
    let digest: string;
    let address: string;
    beforeAll(async () => {
      repository = await suite.product.repository();
      const { commit } = await suite.product.push(repository, { Dockerfile: dockerfile, 'word.txt': 'hello' });
      const build = await suite.product.finished(repository, commit);
      digest = build.digest ?? '';
      address = `/p/${build.organizationSlug}/${build.projectSlug}/images/${digest}`;
    });
    const part = (visitor: Visitor, name: string) => visitor.page.getByRole('region', { name, exact: true });

    it('shows manifest, config and layers with the digests and sizes of the registry', async () => {
      const visitor = await suite.visitor();
      await visitor.open(address);
      const tree = part(visitor, 'What it is made of');
      await visitor.press(tree.getByRole('button', { name: `Raw JSON of ${digest.slice(0, 19)}` }));
      const raw = await visitor.page.getByRole('dialog').locator('pre').filter({ hasText: '{' }).textContent();
      const manifest = JSON.parse(raw ?? '') as { config: Descriptor; layers: Descriptor[] };
      expect(manifest.layers).toHaveLength(2);
      await visitor.page.keyboard.press('Escape');
      const rows = await tree.getByRole('listitem').allInnerTexts();
      for (const { digest: each, size } of [manifest.config, ...manifest.layers]) {
        const row = rows.findLast((text) => text.includes(each.slice(0, 19)));
        expect(row?.replaceAll('\n', ' ')).toContain(inWords(size));
        expect(await tree.locator(`code[title="${each}"]`).count()).toBe(1);
      }
    });

    it('says that its registry still has the base under that name', async () => {
      const visitor = await suite.visitor();
      await visitor.open(address);
      const said = part(visitor, 'Base images').getByText('The newest: its registry said so');
      await expect.poll(async () => (await visitor.page.reload()) && (await said.count()), patience).toBe(1);
    });

    it('shows its history, settings and tags', async () => {
      const visitor = await suite.visitor();
      await visitor.open(address);
      const history = await part(visitor, 'History · linux/amd64').getByRole('row').allInnerTexts();
      expect(history.slice(1).map((row) => row.split('\t')[0]?.trim())).toEqual([
        'busybox-static of Debian',
        'LABEL flavour=oak',
        'COPY word.txt /word.txt',
        'USER 1000',
        'ENTRYPOINT ["/bin/cat" "/word.txt"]',
      ]);
      const settings = part(visitor, 'Settings of the image');
      await settings.getByText('["/bin/cat","/word.txt"]').waitFor();
      await settings.getByText('flavour=oak').waitFor();
      for (const tag of ['main', 'latest'])
        await visitor.page.locator('header').getByText(tag, { exact: true }).waitFor();
      await visitor.open(`${address.slice(0, address.lastIndexOf('/'))}`);
      await expect.poll(() => part(visitor, 'Tags').getByRole('listitem').count(), patience).toBe(2);
      await expect.poll(() => part(visitor, 'Moves of tags').getByText('new').count(), patience).toBe(2);
    });

    it('shows every check of the verification with what was expected and found, and checks again on demand', async () => {
      const visitor = await suite.visitor();
      await visitor.open(address);
      const panel = part(visitor, 'Signature');
      await panel.getByText('Signed and verified').waitFor();
      const titles = await panel.locator('summary').allInnerTexts();
      const passed = new RegExp(`${titles.length} of ${titles.length} checks passed`);
      expect(titles.length).toBeGreaterThan(8);
      for (const title of titles) expect(title).toMatch(/^✓\s*passed:/);
      await panel.getByText(passed).waitFor();
      await panel.locator('summary', { hasText: 'Built from this commit' }).click();
      const commit = (await suite.product.api.builds(repository.project.id)).items[0]?.commit ?? '';
      expect(await panel.getByText(commit).count()).toBeGreaterThan(1);
      const before = await panel.locator('time').getAttribute('datetime');
      await visitor.press(panel.getByRole('button', { name: 'Verify now' }));
      await expect.poll(() => panel.locator('time').getAttribute('datetime'), patience).not.toBe(before);
      await panel.getByText(passed).waitFor();
    });

    it('gets a tag by hand: seen before, moved by control, remembered with its mover, and never backward', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(address);
      const dialog = page.getByRole('dialog');
      const typeTag = async (tag: string) => {
        await page.keyboard.press('t');
        await dialog.getByRole('textbox').and(page.locator(':focus')).waitFor();
        await page.keyboard.type(tag);
      };
      await typeTag('stable');
      await dialog.getByText(/^stable is new\. It will point to sha256:/).waitFor();
      await visitor.press(dialog.getByRole('button', { name: 'Move the tag' }));
      await dialog.getByText('stable points to this image now.').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('header').getByText('stable', { exact: true }).waitFor();
      const moves = part(visitor, 'Tags of this image, then and now').getByRole('listitem');
      await moves.filter({ hasText: 'stable' }).getByText('by hand by Ada').waitFor();
      await moves.filter({ hasText: 'main' }).getByText('by build #1').waitFor();
      const { organizationSlug, slug } = repository.project;
      const client = suite.product.registryClient(repository.project);
      expect((await client.manifests.find(`${organizationSlug}/${slug}`, 'stable'))?.digest).toBe(digest);

      const { commit } = await suite.product.push(repository, { Dockerfile: dockerfile, 'word.txt': 'newer' });
      await suite.product.finished(repository, commit);
      await visitor.open(address);
      await typeTag('main');
      await dialog.getByText(/^Tags move only forward: main points to .* of build #2/).waitFor();
      expect(await dialog.getByRole('button', { name: 'Move the tag' }).isDisabled()).toBe(true);
    });

    it('is found in its project by a tag or digest', async () => {
      const visitor = await suite.visitor();
      await visitor.open(`${address.slice(0, address.lastIndexOf('/'))}?q=stab`);
      const rows = visitor.page.locator('tbody tr');
      await rows.locator(`code[title="${digest}"]`).first().waitFor();
      expect(await rows.count()).toBe(1);
      await visitor.open(`${address.slice(0, address.lastIndexOf('/'))}?q=${digest.slice('sha256:'.length, 20)}`);
      await rows.locator(`code[title="${digest}"]`).first().waitFor();
    });

    it('shows commands that stock cosign accepts as they stand', async () => {
      const visitor = await suite.visitor();
      await visitor.open(address);
      const commands = part(visitor, 'Commands')
        .locator('code')
        .filter({ hasText: /^cosign / });
      await commands.first().waitFor();
      const texts = await commands.allTextContents();
      expect(texts.map((text) => text.split(' ')[1])).toEqual(['verify', 'verify-attestation', 'tree']);
      for (const text of texts) {
        const [program, ...args] = text.split(' ');
        expect(program).toBe('cosign');
        expect(spokenOf(await suite.product.runCosign(repository.project, args))).toContain(
          digest.slice('sha256:'.length),
        );
      }
    });
  });
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

/** What cosign prints, and what stands inside an attestation that it prints. */
function spokenOf(output: string): string {
  const { payload = '' } = output.startsWith('{') ? (JSON.parse(output) as { payload?: string }) : {};
  return output + Buffer.from(payload, 'base64').toString();
}

function inWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
