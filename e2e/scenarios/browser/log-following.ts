import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience } from '@cooperage/e2e/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ticking = `FROM busybox:latest
RUN for i in $(seq 1 100000); do echo "tick $i"; sleep 0.05; done
`;
const failing = `FROM busybox:latest
RUN for i in $(seq 1 40); do echo "tick $i"; sleep 0.05; done; echo "src/api.ts(12,7): wrong type" >&2; exit 3
`;

/** Who follows a log without eyes, or without a browser. */
export function followingLogs(suite: BrowserSuite): void {
  describe('a log that is followed', () => {
    let repository: Repository;
    let tokenId: string;
    let token: string;
    beforeAll(async () => {
      repository = await suite.product.repository();
      const { organizations } = await suite.product.api.json<{ organizations: { organizationId: string }[] }>(
        'GET',
        '/api/v1/me',
      );
      const made = await suite.product.api.json<{ id: string; secret: string }>('POST', '/api/v1/tokens', {
        name: 'another machine',
        organizationId: organizations[0]!.organizationId,
        scopes: ['read'],
        expiresInDays: 1,
      });
      [tokenId, token] = [made.id, made.secret];
    });
    afterAll(() => suite.product.api.send('DELETE', `/api/v1/tokens/${tokenId}`));

    it('comes line by line to curl on any machine [A woodpecker#1824]', async () => {
      const { commit } = await suite.product.push(repository, { Dockerfile: ticking });
      const build = await suite.product.buildWhere(repository, commit, 'runs', ({ phase }) => phase === 'build');
      const headers = ['-H', `authorization: Bearer ${token}`];
      const address = `${suite.product.origin}/api/v1/builds/${build.id}/log/follow?format=text`;
      const curl = spawn('curl', ['-sSN', '--fail', ...headers, address], { stdio: ['ignore', 'pipe', 'pipe'] });
      let printed = '';
      let complained = '';
      curl.stdout.on('data', (data: Buffer) => (printed += data));
      curl.stderr.on('data', (data: Buffer) => (complained += data));
      const ended = once(curl, 'close');
      await expect.poll(() => printed, patience).toContain('tick 10\n');
      const before = printed.length;
      await expect.poll(() => printed.length, patience).toBeGreaterThan(before);
      await suite.product.api.send('POST', `/api/v1/builds/${build.id}/cancel`);
      const [code] = await ended;
      expect([code, complained]).toEqual([0, '']);
      const ticks = [...printed.matchAll(/^tick (\d+)$/gm)].map(([, number]) => Number(number));
      expect(ticks).toEqual(ticks.map((_, index) => index + 1));
    });

    it('can be followed with a screen reader: states are announced, lines are a list with their places [A2 screen reader follows a live build]', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const { commit } = await suite.product.push(repository, { Dockerfile: failing });
      const build = await suite.product.buildWhere(repository, commit, 'runs', ({ phase }) => phase === 'build');
      await visitor.open(`/p/${repository.project.organizationSlug}/${repository.project.slug}/b/${build.number}`);
      const log = page.getByRole('log', { name: 'Log of the build' });
      const line = log.getByRole('listitem').filter({ hasText: /tick 3$/ });
      await line.waitFor();
      expect(await line.getAttribute('aria-posinset')).toBe('3');
      expect(Number(await line.getAttribute('aria-setsize'))).toBeGreaterThanOrEqual(3);
      await line.getByRole('link', { name: /^Line 3 of \d+$/ }).waitFor();
      // A region that read out every line would drown everything else.
      expect(await log.getAttribute('aria-live')).toBe('off');

      const announced = page.locator('main header [aria-live=polite]');
      await expect.poll(() => announced.allTextContents(), patience).toContainEqual(expect.stringMatching(/Failed/));
      await page.getByRole('region', { name: 'Cause' }).waitFor();
      await log.getByRole('link', { name: 'Line 41 of 41, where the step says why it failed' }).waitFor();
    });
  });
}
