import type { Installation, Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const subject = '</textarea><script>document.title="owned"</script><img src=x onerror=alert(1)> javascript:alert(2)';
const ref = 'refs/heads/a<svg/onload=alert(3)>"\'&lt;b&gt;';
const lines = String.raw`\033]8;;javascript:alert(4)\033\\click\033]8;;\033\\ \033]8;;https://example.test/\033\\there\033]8;;\033\\
\033]52;c;b3duZWQ=\007\033]0;owned\007title and clipboard
\033[2J\033[9;9H\033[?1049hmoved
\033Pq#0;2;0;0;0\033\\\302\2333Jdevice and C1
\033[31mred\033[0m \033[38;5;300mno colour\033[999999999999m
<script>document.title="owned"</script><svg onload=alert(5)>
unterminated \033]8;;https://example.test/`;
const dockerfile = `FROM busybox:latest
RUN printf '${lines.replaceAll('\n', '\\n')}' # <img src=x onerror=alert(6)>
LABEL evil='<script>alert(7)</script>' link='javascript:alert(8)'
`;

/** Strangers' words are text on every page, whatever they look like. */
export function hostileText(suite: BrowserSuite<Installation>): void {
  describe('text of strangers', () => {
    let repository: Repository;
    let home: string;
    let pages: readonly string[];
    beforeAll(async () => {
      const { product } = suite;
      repository = await product.repository({ name: '<i>Eve</i> & co' });
      const author = 'onerror=alert(9)&lt; <eve@example.test>';
      const commit = await repository.git.commit({ Dockerfile: dockerfile }, { ref, message: subject, author });
      await product.deliver(repository, { ref, after: commit });
      const build = await product.finished(repository, commit);
      expect(build.status).toBe('succeeded');
      home = `/p/${build.organizationSlug}/${build.projectSlug}`;
      const views = ['', '?view=dockerfile', '?view=inputs', '?view=attempts'].map((view) => `${home}/b/1${view}`);
      pages = ['/', '/builds', '/projects', home, ...views, `${home}/images`, `${home}/images/${build.digest}`];
      pages = [...pages, `${home}/deliveries`, `${home}/deliveries/${build.deliveryId}`, `${home}/settings`];
    });

    it('S-087 is inert on every page', async () => {
      const visitor = await suite.visitor();
      visitor.page.on('dialog', (dialog) => expect.unreachable(`a stranger's script spoke: ${dialog.message()}`));
      for (const path of pages) {
        await visitor.open(path);
        expect(await visitor.page.title()).not.toBe('owned');
        expect(await foreignElements(visitor), path).toBe(0);
      }
    });

    it('S-087 is shown as it was written', async () => {
      const visitor = await suite.visitor();
      await visitor.open(`${home}/b/1`);
      await visitor.page.getByRole('heading', { name: subject, level: 1 }).waitFor();
      await visitor.page.locator('header code').getByText(ref.replace('refs/heads/', ''), { exact: true }).waitFor();
      await visitor.page
        .getByTitle(/RUN printf .* # <img src=x onerror=alert\(6\)>$/)
        .first()
        .waitFor();
    });

    it('S-088 keeps of a terminal only its colours, and links to http and https', async () => {
      const visitor = await suite.visitor();
      await visitor.open(`${home}/b/1`);
      const log = visitor.page.getByRole('log');
      await log.getByText('click there', { exact: true }).waitFor();
      const rows = log.locator('.log-row > span:last-child');
      await expect
        .poll(() => rows.allTextContents(), patience)
        .toEqual([
          'click there',
          'title and clipboard',
          'moved',
          'device and C1',
          'red no colour',
          '<script>document.title="owned"</script><svg onload=alert(5)>',
          'unterminated ',
        ]);
      const links = await log.locator('a:not([aria-label^="Line "])').all();
      expect(await Promise.all(links.map((link) => link.getAttribute('href')))).toEqual(['https://example.test/']);
      expect(await log.locator('[class^="sgr-"]').allTextContents()).toEqual(['red']);
    });

    it('S-086 comes with headers that no browser mistakes', async () => {
      const { api } = suite.product;
      const page = await api.send('GET', `${home}/b/1`);
      expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
      expect(page.headers.get('x-content-type-options')).toBe('nosniff');
      const [build] = (await api.builds(repository.project.id)).items;
      const download = await api.send('GET', `/api/v1/builds/${build?.id}/log?format=text`);
      expect(download.headers.get('content-type')).toMatch(/^text\/plain/);
      expect(download.headers.get('content-disposition')).toMatch(/^attachment/);
      expect(download.headers.get('x-content-type-options')).toBe('nosniff');
    });

    it('S-085 cannot reach a function of the server by a forged action', async () => {
      const forged = [
        '["$@1"]',
        '[{"then":"$1:__proto__:then","status":"resolved_model","value":"{\\"then\\":\\"$B0\\"}"}]',
      ];
      for (const body of forged) {
        const form = new FormData();
        form.set('0', body);
        const answer = await fetch(`${suite.product.origin}${home}`, {
          method: 'POST',
          headers: { 'next-action': '7f'.repeat(20), origin: suite.product.origin, cookie: suite.product.api.cookies },
          body: form,
        });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
      }
    });
  });
}

/** Elements that none of our own components make. */
function foreignElements(visitor: Visitor): Promise<number> {
  const foreign =
    'img, [onerror], [onload], textarea script, main script:not([nonce]), a[href^="javascript:"], i, iframe';
  return visitor.page.locator(foreign).count();
}
