import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import { recording, recordings, shownByTerminal, visible } from '@cooperage/testing';
import { beforeAll, describe, expect, it } from 'vitest';

const dockerfile = [
  'FROM busybox:latest',
  'COPY . /recordings',
  "RUN printf 'get 1%%\\rget 50%%\\rget 100%%\\n'",
  ...recordings.map((name) => `RUN cat /recordings/${name}.tty`),
].join('\n');

/** What package managers wrote to a terminal goes through a real build and is looked at as a terminal would show it. */
export function progressDisplays(suite: BrowserSuite): void {
  describe('a progress display', () => {
    let address: string;
    beforeAll(async () => {
      const repository: Repository = await suite.product.repository();
      const files = await Promise.all(recordings.map(async (name) => [`${name}.tty`, await recording(name)] as const));
      const { commit } = await suite.product.push(repository, { Dockerfile: dockerfile, ...Object.fromEntries(files) });
      const build = await suite.product.finished(repository, commit);
      expect(build.status).toBe('succeeded');
      address = `/p/${repository.project.organizationSlug}/${repository.project.slug}/b/${build.number}`;
    });
    const logOf = ({ page }: Visitor) => page.getByRole('log');
    const stepOf = (visitor: Visitor, name: string) =>
      logOf(visitor).getByRole('region', { name: new RegExp(`RUN cat /recordings/${name}`) });
    const linesOf = async (visitor: Visitor, name: string): Promise<string[]> => {
      const rows = stepOf(visitor, name).locator('.log-row > span:last-child');
      // A button beside the text tells of earlier states; it is no part of the line.
      const texts = await rows.evaluateAll((spans) =>
        spans.map((span) =>
          [...span.childNodes].flatMap((node) => (node.nodeName === 'BUTTON' ? [] : node.textContent)).join(''),
        ),
      );
      return visible(texts.map((text) => text.replaceAll('\u200b', '')));
    };

    it.each(recordings.filter((name) => name !== 'apt-purge'))(
      'of %s looks in the end as in a terminal [A coolify#5982]',
      async (name) => {
        const visitor = await suite.visitor();
        await visitor.open(address);
        await visitor.page
          .getByRole('link', { name: new RegExp(`/recordings/${name}`) })
          .first()
          .click();
        const shown = await shownByTerminal(await recording(name));
        await expect.poll(() => linesOf(visitor, name), patience).toEqual(shown);
        await stepOf(visitor, name)
          .getByRole('button', { name: /updates$/ })
          .first()
          .waitFor();
      },
    );

    it('at the bottom of the screen leaves the lines whole that were printed above it', async () => {
      const visitor = await suite.visitor();
      await visitor.open(address);
      await visitor.page
        .getByRole('link', { name: /recordings\/apt-purge/ })
        .first()
        .click();
      const shown = await shownByTerminal(await recording('apt-purge'));
      await expect
        .poll(async () => (await linesOf(visitor, 'apt-purge')).filter(Boolean), patience)
        .toEqual(shown.filter(Boolean));
    });

    it('shows its last state, and those before it when asked', async () => {
      const visitor = await suite.visitor();
      await visitor.open(address);
      const { page } = visitor;
      await page
        .getByRole('link', { name: /RUN printf/ })
        .first()
        .click();
      const step = logOf(visitor).getByRole('region', { name: /RUN printf/ });
      await step.getByText(/^get 100%/).waitFor();
      expect(await step.getByText(/^get 50%/).count()).toBe(0);
      await step.getByRole('button', { name: '3 updates' }).click();
      const states = page.getByRole('dialog', { name: 'Updates of this line' }).getByRole('listitem');
      await expect.poll(() => states.allTextContents(), patience).toEqual(['get 1%', 'get 50%', 'get 100%']);
    });
  });
}
