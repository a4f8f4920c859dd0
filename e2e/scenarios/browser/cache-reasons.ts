import type { Build, BuildCache } from '@cooperage/contracts';
import type { Repository } from '@cooperage/e2e';
import type { BrowserSuite } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const unique = Math.random().toString(16).slice(2);

const dockerfile = `FROM busybox:latest AS tools
ARG FLAVOUR=oak
RUN echo "$FLAVOUR ${unique}" > /flavour
FROM busybox:latest
WORKDIR /app-${unique}
COPY recipe.txt ./
RUN cat recipe.txt
COPY . .
COPY --from=tools /flavour /flavour
RUN wc -c recipe.txt notes.txt
`;

/** Why the steps of a build ran, with the real builder. */
export function cacheReasons(suite: BrowserSuite): void {
  describe('the cache of a build', () => {
    let repository: Repository;
    const home = () => `/p/${repository.project.organizationSlug}/${repository.project.slug}`;

    async function build(files: Readonly<Record<string, string>>): Promise<[title: string, why: string][]> {
      const { product } = suite;
      const { commit } = await product.push(repository, files);
      // The next one reads what this one leaves, and is compared with it then.
      const hasLeft = ({ cacheExport }: Build) => cacheExport === 'done';
      const { id } = await product.buildWhere(repository, commit, 'has left its cache', hasLeft);
      const { steps } = await product.api.json<BuildCache>('GET', `/api/v1/builds/${id}/cache`);
      const lines = files.Dockerfile?.split('\n') ?? [];
      return steps.map(({ startLine, reason, against }) => [
        lines[startLine - 1] ?? '',
        `${reason?.kind ?? 'reused'}${against ? ` #${against.number}` : ''}`,
      ]);
    }

    beforeAll(async () => {
      repository = await suite.product.repository();
      await build({ Dockerfile: dockerfile, 'recipe.txt': unique, 'notes.txt': '1' });
    });

    it('names the file that made a step run, and from which build the others are', async () => {
      const second = await build({ Dockerfile: dockerfile, 'recipe.txt': unique, 'notes.txt': '2' });
      expect(Object.fromEntries(second)).toEqual({
        [`RUN echo "$FLAVOUR ${unique}" > /flavour`]: 'reused #1',
        [`WORKDIR /app-${unique}`]: 'reused #1',
        'COPY recipe.txt ./': 'reused #1',
        'RUN cat recipe.txt': 'reused #1',
        'COPY . .': 'files #1',
        'COPY --from=tools /flavour /flavour': 'earlier_step #1',
        'RUN wc -c recipe.txt notes.txt': 'earlier_step #1',
      });
      const { page, open, press } = await view();
      await open(`${home()}/b/2`);
      const row = page.getByRole('region', { name: 'Steps' }).getByRole('listitem').filter({ hasText: 'COPY . .' });
      await row.getByText('ran: notes.txt changed').waitFor();
      await page.keyboard.press('6');
      const why = page.getByRole('list', { name: 'Why each step ran' }).getByRole('listitem');
      await why.filter({ hasText: 'COPY . .' }).getByText('0 added, 1 changed, 0 removed').waitFor();
      await why.filter({ hasText: 'RUN cat recipe.txt' }).getByText('Reused from').waitFor();
      await press(why.filter({ hasText: '1 changed' }).getByRole('link', { name: '#1' }));
      await page.waitForURL(`**${home()}/b/1`);
    });

    it('names the instruction that changed', async () => {
      const changed = dockerfile.replace('RUN cat recipe.txt', 'RUN cat recipe.txt && true');
      const third = Object.fromEntries(await build({ Dockerfile: changed, 'recipe.txt': unique, 'notes.txt': '2' }));
      expect(third['RUN cat recipe.txt && true']).toBe('instruction #2');
      expect(third['COPY . .']).toBe('earlier_step #2');
      const { page, open } = await view();
      await open(`${home()}/b/3?view=cache`);
      const why = page.getByRole('list', { name: 'Why each step ran' }).getByRole('listitem');
      const step = why.filter({ hasText: 'The instruction changed.' });
      await step.getByText('− RUN cat recipe.txt', { exact: true }).waitFor();
      await step.getByText('+ RUN cat recipe.txt && true').waitFor();
    });

    it('is reset by its button and a reason, and the page says by itself when the registry is empty', async () => {
      const { page, open, press } = await view();
      await open(`${home()}/cache`);
      await press(page.getByRole('button', { name: 'Reset the cache', exact: true }));
      const dialog = page.getByRole('dialog', { name: 'Reset the cache' });
      await dialog.getByRole('textbox', { name: 'Reason' }).fill('a mouldy barrel');
      await press(dialog.getByRole('button', { name: 'Reset', exact: true }));
      await page.getByText('a mouldy barrel · nothing older is in the registry').waitFor();
    });

    async function view() {
      const visitor = await suite.visitor();
      return { page: visitor.page, open: visitor.open.bind(visitor), press: visitor.press.bind(visitor) };
    }
  });
}
