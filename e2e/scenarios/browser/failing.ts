import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience } from '@cooperage/e2e/browser';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';

const failing = `FROM busybox:latest
RUN echo prepared
RUN for i in $(seq 1 80); do echo "line $i"; done; sleep 0.3; echo "src/api.ts(12,7): wrong type" >&2; sleep 0.3; for i in $(seq 1 60); do echo "after $i"; done; exit 3
`;
const unreadable = `FROM busybox:latest
RUNN echo hi
`;

/** Why a build failed is told where one stands: in the list, on its page, in its Dockerfile. */
export function failingBuilds(suite: BrowserSuite): void {
  describe('a build that fails', () => {
    let repository: Repository;
    beforeAll(async () => {
      repository = await suite.product.repository();
      const { commit } = await suite.product.push(repository, { Dockerfile: failing });
      await suite.product.finished(repository, commit);
    });
    const home = () => `/p/${repository.project.organizationSlug}/${repository.project.slug}`;
    const keyboardOnly = async (path: string, ...keys: readonly string[]) => {
      const visitor = await suite.visitor();
      await visitor.open(path);
      for (const key of keys) {
        if (key === '2') {
          await visitor.page.getByRole('region', { name: 'Cause' }).waitFor();
          await visitor.alive();
        }
        await visitor.page.keyboard.press(key);
      }
      return visitor;
    };

    it('is three keys away from the line of the Dockerfile that failed [A2 keyboard only to the failing line]', async () => {
      const { page } = await keyboardOnly(home(), 'j', 'Enter', '2');
      const line = page.getByRole('listitem', { name: 'The line that failed' });
      await line.and(page.locator(':focus')).waitFor();
      expect(await line.textContent()).toMatch(/^3.*RUN for i in.*exit 3.*StepFailed/);
    });

    it('tells cause, place, evidence and what to do, and shows the line that says why first [A2 first error without scrolling]', async () => {
      const visitor = await suite.visitor();
      await visitor.open(`${home()}/b/1`);
      const cause = visitor.page.getByRole('region', { name: 'Cause' });
      await cause.getByText('StepFailed · yours').waitFor();
      await cause.getByText('Dockerfile:3').waitFor();
      expect(await cause.locator('pre').textContent()).toMatch(/line 80\nsrc\/api\.ts\(12,7\): wrong type\nafter 1\n/);
      const log = visitor.page.getByRole('log');
      const line = log.getByRole('link', { name: 'Line 81 of 141, where the step says why it failed' });
      const place = async () => {
        const [box, row] = await Promise.all([log.boundingBox(), line.boundingBox()]);
        return box && row ? (row.y - box.y) / box.height : null;
      };
      await expect.poll(place, patience).toBeCloseTo(1 / 3, 1);
      await log.press('Home');
      await expect.poll(() => log.evaluate(({ scrollTop }) => scrollTop), patience).toBe(0);
      await cause.locator('pre').getByRole('link').click();
      await expect.poll(place, patience).toBeCloseTo(1 / 3, 1);
      await expect
        .poll(() => isInside(log, log.getByText('src/api.ts(12,7): wrong type', { exact: true })), patience)
        .toBe(true);
    });

    it('before any step shows its line of the Dockerfile at once, in two keys', async () => {
      const { commit } = await suite.product.push(repository, { Dockerfile: unreadable });
      await suite.product.finished(repository, commit);
      const { page } = await keyboardOnly(home(), 'j', 'Enter');
      const line = page.getByRole('listitem', { name: 'The line that failed' });
      await line.and(page.locator(':focus')).waitFor();
      expect(await line.textContent()).toMatch(/^2.*RUNN echo hi.*DockerfileInvalid/);
    });
  });
}

async function isInside(outer: Locator, inner: Locator): Promise<boolean> {
  const [box, part] = await Promise.all([outer.boundingBox(), inner.boundingBox()]);
  return box !== null && part !== null && part.y >= box.y && part.y + part.height <= box.y + box.height;
}
