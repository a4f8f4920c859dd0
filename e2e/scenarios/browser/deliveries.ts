import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import { query } from '@cooperage/testing';
import { beforeAll, describe, expect, it } from 'vitest';

/** "I pushed, and then?" has an answer. */
export function deliveries(suite: BrowserSuite): void {
  describe('the deliveries of a project', () => {
    let repository: Repository;
    beforeAll(async () => {
      const { product } = suite;
      repository = await product.repository();
      const { commit } = await product.push(repository, { Dockerfile: 'FROM busybox:latest\n' });
      await product.finished(repository, commit);
      const forged = { ...repository, hookSecret: `whsec_${Buffer.from('guessed').toString('base64')}` };
      expect((await product.deliver(forged, { after: commit })).status).toBe(401);
    });
    const home = () => `/p/${repository.project.organizationSlug}/${repository.project.slug}/deliveries`;
    const rows = (visitor: Visitor) => visitor.page.getByRole('table', { name: 'Deliveries' }).locator('tbody tr');

    it('say what came of each, and name those that proved nothing', async () => {
      const visitor = await suite.visitor();
      await visitor.open(home());
      expect(await rows(visitor).allInnerTexts()).toEqual([expect.stringMatching(/push[\s\S]*main[\s\S]*built #1/)]);
      const refused = visitor.page.getByRole('region', { name: 'Refused calls' });
      await refused.getByText('127.0.0.1').waitFor();
    });

    it('show the verdict of each rule, and are judged again by a replay', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(home());
      await visitor.press(rows(visitor).getByRole('link').first());
      const verdicts = page.getByRole('region', { name: 'Verdict of each rule' }).getByRole('listitem');
      await verdicts.filter({ hasText: 'branches matched → build #1' }).waitFor();
      await verdicts.filter({ hasText: 'tags did not match' }).waitFor();
      const first = page.url();
      await visitor.press(page.getByRole('button', { name: 'Replay' }));
      await page.waitForURL((url) => url.href !== first);
      await page.getByText('an earlier delivery').waitFor();
      await verdicts.filter({ hasText: 'branches matched → build #2' }).waitFor();
      await visitor.open(home());
      await rows(visitor).filter({ hasText: 'replayed' }).filter({ hasText: 'built #2' }).waitFor();
      const [build] = (await suite.product.api.builds(repository.project.id)).items;
      expect(build).toMatchObject({ number: 2, trigger: 'replay' });
    });

    it('are missed where a webhook has gone quiet, from the overview on, until it calls again', async () => {
      const { product } = suite;
      const { id, slug } = repository.project;
      const { commit } = await product.push(repository, { Dockerfile: 'FROM busybox:latest\nLABEL told=yes\n' });
      await product.finished(repository, commit);
      const untold = await repository.git.commit({ Dockerfile: 'FROM busybox:latest\nLABEL told=no\n' });
      const aged = "UPDATE delivery SET received_at = now() - interval '6 days' WHERE project_id = $1";
      await query(product.databaseUrl, aged, [id]);
      // It looks as it starts, and then every ten minutes.
      await product.children.get('control')!.stop();
      product.start('control');
      const visitor = await suite.visitor();
      const { page } = visitor;
      const item = page.getByRole('listitem').filter({ hasText: `${slug}: its webhook has gone quiet` });
      await expect.poll(() => visitor.open('/?scope=all').then(() => item.count()), patience).toBe(1);
      await visitor.press(item.getByRole('link', { name: 'See what to look at' }));
      await page.waitForURL(`**${home()}`);
      const alarm = page.getByRole('alert').filter({ hasText: 'No delivery for 6 days though main moved.' });
      await alarm.getByText(untold.slice(0, 7)).waitFor();
      expect((await product.deliver(repository, { after: untold })).status).toBe(202);
      await alarm.waitFor({ state: 'hidden' });
      await expect.poll(() => visitor.open('/?scope=all').then(() => item.count()), patience).toBe(0);
    });
  });
}
