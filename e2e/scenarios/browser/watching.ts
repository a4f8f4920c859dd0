import type { Installation, Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const ticking = `FROM busybox:latest AS tools
RUN echo prepared
FROM tools
COPY word.txt /word.txt
RUN cat /word.txt && for i in $(seq 1 200); do echo "tick $i"; sleep 0.05; done
`;

/**
 * From the push to the signed image, before the eyes of somebody who never reloads.
 * @param tag of a row of the scorecard, for a title
 */
export function watching(suite: BrowserSuite<Installation>, tag = ' [A2 live line]'): void {
  describe('a push', () => {
    let repository: Repository;
    beforeAll(async () => {
      repository = await suite.product.repository();
    });
    const stepsOf = (visitor: Visitor) => visitor.page.getByRole('region', { name: 'Steps' }).getByRole('listitem');
    const home = () => `/p/${repository.project.organizationSlug}/${repository.project.slug}`;

    it(`appears in the list, builds before the reader’s eyes and ends as a verified image, without a reload${tag}`, async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(home());
      await page.getByText('Nothing was built yet').waitFor();
      await page.evaluate('window.neverReloaded = true');
      const commit = await repository.git.commit({ Dockerfile: ticking, 'word.txt': 'one' }, { message: 'Tick' });
      await suite.product.deliver(repository, { after: commit });
      await page.getByRole('link', { name: '#1 Tick' }).click();

      await page.getByRole('heading', { name: 'Tick', level: 1 }).waitFor();
      const header = page.locator('main header');
      await header.getByText('Running', { exact: true }).waitFor();
      const lines = async () =>
        Number.parseInt(
          (await page
            .getByText(/^\d+ lines?$/)
            .first()
            .textContent()) ?? '',
          10,
        );
      await expect.poll(lines, patience).toBeGreaterThan(1);
      const seen = await lines();
      await expect.poll(lines, patience).toBeGreaterThan(seen);
      await page.getByText('tick 200', { exact: true }).waitFor();

      // The longest wait of all: push, signature and publication are behind the last line.
      await header.getByText('Succeeded', { exact: true }).waitFor({ timeout: 120_000 });
      const outcome = page.getByRole('region', { name: 'Outcome' });
      await outcome.getByText('verified').waitFor();
      const build = await suite.product.finished(repository, commit);
      await outcome.locator(`code[title="${build.digest}"]`).first().waitFor();
      for (const tag of ['main', 'latest']) await outcome.getByText(tag, { exact: true }).waitFor();
      const phases = await page.getByRole('list', { name: 'Phases' }).getByRole('listitem').allTextContents();
      expect(phases.map((phase) => phase.replace(/[\d.].*/, ''))).toEqual([
        'queued',
        'fetch',
        'build',
        'push',
        'inspect',
        'sign',
        'verify',
        'publish',
      ]);
      expect(await page.evaluate('window.neverReloaded')).toBe(true);
    });

    it('that changes one file shows which steps were reused', async () => {
      const visitor = await suite.visitor();
      const commit = await repository.git.commit({ Dockerfile: ticking, 'word.txt': 'two' }, { message: 'Tock' });
      await suite.product.deliver(repository, { after: commit });
      const build = await suite.product.finished(repository, commit);
      await visitor.open(`${home()}/b/${build.number}`);
      const steps = await stepsOf(visitor).allInnerTexts();
      const verdict = (words: string) => steps.find((step) => step.includes(words))?.match(/reused|ran/)?.[0];
      expect([verdict('RUN echo prepared'), verdict('COPY word.txt'), verdict('RUN cat')]).toEqual([
        'reused',
        'ran',
        'ran',
      ]);
      expect(steps.findIndex((step) => step.includes('COPY'))).toBeLessThan(
        steps.findIndex((step) => step.includes('RUN cat')),
      );
      await visitor.page.getByText(`${build.stepsCached}/${build.stepsTotal}`).waitFor();
    });
  });
}
