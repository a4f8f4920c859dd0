import { type Repository, type SeededLog, seedLog } from '@cooperage/e2e';
import { type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const printing = `FROM busybox:latest
RUN echo 'no error: unknown warning, invalid is fine' && echo plain
RUN for i in $(seq 1 80); do echo "line $i"; done; echo 'wrong type'; exit 3
`;
const ticking = `FROM busybox:latest
RUN for i in $(seq 1 100000); do echo "tick $i"; sleep 0.05; done
`;

/** What people are used to suffer from in logs, each once: length, progress displays, colours, following, sleep. */
export function buildLogs(suite: BrowserSuite): void {
  let repository: Repository;
  let likeBuildId: string;
  let home: string;
  beforeAll(async () => {
    repository = await suite.product.repository();
    home = `/p/${repository.project.organizationSlug}/${repository.project.slug}`;
    const { commit } = await suite.product.push(repository, { Dockerfile: printing });
    likeBuildId = (await suite.product.finished(repository, commit)).id;
  });
  const logOf = ({ page }: Visitor) => page.getByRole('log');
  const rowsOf = (visitor: Visitor) => logOf(visitor).locator('.log-row');

  describe('a log of a million lines', () => {
    let seeded: SeededLog;
    beforeAll(async () => {
      seeded = await seedLog({ databaseUrl: suite.product.databaseUrl, likeBuildId });
    });

    it('opens at once, holds a few hundred lines, and shows any of them by its link or the end by a key [A2 1 M lines] [A coolify#7668]', async () => {
      const visitor = await suite.visitor();
      await visitor.open(`${home}/b/${seeded.number}#s3:L432100`);
      await visitor.page.getByText('1,000,000 lines', { exact: true }).waitFor();
      await logOf(visitor)
        .getByText('found needle-3-432000')
        .or(logOf(visitor).getByText('00432100 compiled'))
        .first()
        .waitFor();
      const line = logOf(visitor).getByRole('link', { name: 'Line 432100 of 600000', exact: true });
      const place = async () => {
        const [box, row] = await Promise.all([logOf(visitor).boundingBox(), line.boundingBox()]);
        return (row!.y - box!.y) / box!.height;
      };
      await expect.poll(place, patience).toBeCloseTo(1 / 3, 1);
      expect(await rowsOf(visitor).count()).toBeLessThan(400);
      await logOf(visitor).press('End');
      await logOf(visitor).getByText('found needle-4-150000').waitFor();
      await logOf(visitor).getByRole('link', { name: 'Line 150000 of 150000' }).waitFor();
      expect(await rowsOf(visitor).count()).toBeLessThan(400);
    });

    it('is searched whole, with an exact count, from line to line by keys, folded or not [A2 search all steps with exact count]', async () => {
      const visitor = await suite.visitor();
      visitor.provokes(/status of 400/);
      const { page } = visitor;
      await visitor.open(`${home}/b/${seeded.number}`);
      await page.getByText('1,000,000 lines', { exact: true }).waitFor();
      await page.keyboard.press('/');
      await page.getByRole('searchbox').and(page.locator(':focus')).waitFor();
      await page.keyboard.type('NEEDLE-3-');
      await page.getByText('600 lines', { exact: true }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('1 of 600', { exact: true }).waitFor();
      await logOf(visitor).getByText('needle-3-1000 ').waitFor();
      await page.keyboard.press('Shift+Enter');
      await logOf(visitor).getByText('needle-3-600000 ').waitFor();
      await page.getByRole('button', { name: 'Only matching lines and three around them' }).click();
      await expect
        .poll(
          () =>
            page
              .getByRole('region', { name: /npm run build/ })
              .getByText(/needle-3-/)
              .count(),
          patience,
        )
        .toBeGreaterThan(3);
      await page.getByRole('button', { name: 'Regular expression (RE2)' }).click();
      await page.getByRole('searchbox', { name: 'Search the log' }).fill('(');
      await page.getByText(/The pattern cannot be used: .*missing closing/).waitFor();
    });
  });

  it('colours nothing by its words, and goes to what the builder marks by a key [A woodpecker#6250]', async () => {
    const visitor = await suite.visitor();
    await visitor.open(`${home}/b/1`);
    const colourOf = (text: string) =>
      logOf(visitor)
        .getByText(text, { exact: true })
        .evaluate((node) => node.ownerDocument.defaultView?.getComputedStyle(node).color);
    await logOf(visitor).getByText('wrong type', { exact: true }).waitFor();
    await visitor.page.keyboard.press('e');
    await logOf(visitor).getByText('wrong type', { exact: true }).waitFor();
    const wrong = await colourOf('wrong type');
    await logOf(visitor).press('Home');
    expect(await colourOf('no error: unknown warning, invalid is fine')).toBe(await colourOf('plain'));
    expect(wrong).toBe(await colourOf('plain'));
  });

  it('marks a range in the address, which opens at the same lines, and copies it as Markdown [A2 link to line and range] [A2 copy excerpt as Markdown]', async () => {
    const visitor = await suite.visitor();
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const { page } = visitor;
    await visitor.open(`${home}/b/1`);
    await logOf(visitor).getByText('wrong type', { exact: true }).waitFor();
    await logOf(visitor).getByRole('link', { name: 'Line 80 of 81' }).click();
    await logOf(visitor)
      .getByRole('link', { name: 'Line 81 of 81' })
      .click({ modifiers: ['Shift'] });
    await expect.poll(() => new URL(page.url()).hash, patience).toMatch(/^#s\d+:L80-81$/);
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await page.getByText('Copied', { exact: true }).waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toMatch(
      /^\[Lines 80 to 81 of .*\]\(.*attempt=1.*#s\d+:L80-81\)\n\n```text\nline 80\nwrong type\n```\n$/s,
    );
  });

  describe('a running build', () => {
    let buildId: string;
    let address: string;
    beforeAll(async () => {
      const { commit } = await suite.product.push(repository, { Dockerfile: ticking });
      const build = await suite.product.buildWhere(repository, commit, 'runs', ({ phase }) => phase === 'build');
      buildId = build.id;
      address = `${home}/b/${build.number}`;
      return () => suite.product.api.send('POST', `/api/v1/builds/${buildId}/cancel`);
    });
    const ticks = async (visitor: Visitor) =>
      (
        await logOf(visitor)
          .getByText(/^tick \d+$/)
          .allTextContents()
      ).map((text) => Number(text.slice('tick '.length)));

    it('is followed until the reader scrolls up, and again from the end on [A coolify#7569]', async () => {
      const visitor = await suite.visitor();
      await visitor.open(address);
      await expect.poll(async () => (await ticks(visitor)).at(-1) ?? 0, patience).toBeGreaterThan(60);
      await logOf(visitor).hover();
      await visitor.page.mouse.wheel(0, -600);
      const pill = visitor.page.getByRole('button', { name: /new lines?$/ });
      await pill.waitFor();
      const top = () => logOf(visitor).evaluate((node) => node.scrollTop);
      const before = await resting(top);
      const said = await pill.textContent();
      await expect.poll(() => pill.textContent(), patience).not.toBe(said);
      expect(await top()).toBe(before);
      await logOf(visitor).press('End');
      await pill.waitFor({ state: 'detached' });
      const last = (await ticks(visitor)).at(-1)!;
      await expect.poll(async () => (await ticks(visitor)).at(-1), patience).toBeGreaterThan(last);
    });

    it('goes on without a gap and without a reload in a tab that was asleep', async () => {
      const visitor = await suite.visitor();
      await visitor.open(address);
      await expect.poll(async () => (await ticks(visitor)).length, patience).toBeGreaterThan(5);
      await visitor.page.evaluate('window.neverReloaded = true');
      const devtools = await visitor.context.newCDPSession(visitor.page);
      const last = (await ticks(visitor)).at(-1)!;
      await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
      const stored = async () => {
        const log = await suite.product.api.send('GET', `/api/v1/builds/${buildId}/log`);
        return (await log.text()).split('\n').length;
      };
      await expect.poll(stored, patience).toBeGreaterThan(last + 40);
      await devtools.send('Page.setWebLifecycleState', { state: 'active' });
      await expect.poll(async () => (await ticks(visitor)).at(-1), patience).toBeGreaterThan(last + 40);
      const seen = await ticks(visitor);
      expect(seen).toEqual(seen.map((_, index) => seen[0]! + index));
      expect(await visitor.page.evaluate('window.neverReloaded')).toBe(true);
    });
  });
}

/** What is said at last, once it is said twice: a turn of the wheel scrolls for a while. */
async function resting(look: () => Promise<number>): Promise<number> {
  let last = Number.NaN;
  await expect
    .poll(async () => {
      const before = last;
      last = await look();
      return last === before;
    }, patience)
    .toBe(true);
  return last;
}
