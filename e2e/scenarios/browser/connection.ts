import { type Repository, until } from '@cooperage/e2e';
import type { BrowserSuite, Visitor } from '@cooperage/e2e/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const talkative = `FROM busybox:latest
RUN for i in $(seq 1 100000); do echo "tick $i"; sleep 0.1; done
`;
/** Longest wait for the socket before a page asks by HTTP, in milliseconds. */
const fallbackMs = 3000;
/** What may be added to it, beside the time for which the page did not run at all: a busy machine is not the page's fault. */
const slackMs = 1000;

/** Where the socket is not to be had, pages go on by HTTP and say why. */
export function connection(suite: BrowserSuite): void {
  describe('the log of a running build', () => {
    let address: string;
    let buildId: string;
    beforeAll(async () => {
      const repository: Repository = await suite.product.repository();
      const { commit } = await suite.product.push(repository, { Dockerfile: talkative });
      const build = await suite.product.buildWhere(repository, commit, 'runs', ({ phase }) => phase === 'build');
      address = `/p/${build.organizationSlug}/${build.projectSlug}/b/${build.number}`;
      buildId = build.id;
    });
    afterAll(() => suite.product.api.send('POST', `/api/v1/builds/${buildId}/cancel`));
    const ticks = async (visitor: Visitor) => {
      const shown = await visitor.page
        .getByRole('log')
        .getByText(/^tick \d+$/)
        .allTextContents();
      return Number(shown.at(-1)?.slice('tick '.length) ?? 0);
    };
    const grows = async (visitor: Visitor) => {
      const before = await ticks(visitor);
      await until('the log grows', async () => (await ticks(visitor)) > before, 20_000);
    };

    it('comes by HTTP within 3 s where the socket never answers, with the reason [A dokploy#4305] [A2 works with socket blocked]', async () => {
      const visitor = await suite.visitor();
      // A connection that is taken and never answered, as by a proxy that does not know the protocol.
      await visitor.page.routeWebSocket(/\/api\/live/, () => undefined);
      await visitor.page.addInitScript({ content: noteStates });
      await visitor.open(address);
      await visitor.page.getByText(/asking every second: the socket did not answer within 3 s/).waitFor();
      const { connecting, polling, lost } = await visitor.page.evaluate<Seen>('seen');
      expect(polling - connecting - lost).toBeLessThan(fallbackMs + slackMs);
      await grows(visitor);
    });

    it('comes by HTTP at once where the socket is refused, with the reason, and live again once it is there', async () => {
      const visitor = await suite.visitor();
      visitor.provokes(/WebSocket connection to .* failed/);
      await suite.product.children.get('live')?.stop();
      await visitor.open(address);
      await visitor.page.getByText(/asking every second: the WebSocket connection was refused or blocked/).waitFor();
      await grows(visitor);
      suite.product.start('live');
      await visitor.page.getByText('live', { exact: true }).first().waitFor();
      await grows(visitor);
    });

    it('stays on the page and goes on where it was for a viewer who was offline for a while', async () => {
      const visitor = await suite.visitor();
      visitor.provokes(/ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed/);
      await visitor.open(address);
      await grows(visitor);
      await visitor.context.setOffline(true);
      await visitor.page.getByText('The service does not answer: this computer is offline').waitFor();
      const missed = await ticks(visitor);
      await until('the build prints on', async () => (await storedLines(suite, buildId)) > missed + 20, 30_000);
      await visitor.context.setOffline(false);
      await grows(visitor);
      await visitor.page.getByText('The service does not answer').waitFor({ state: 'detached' });
      const numbers = await visitor.page
        .getByRole('log')
        .getByText(/^tick \d+$/)
        .allTextContents();
      const first = Number(numbers[0]?.slice('tick '.length));
      expect(numbers).toEqual(numbers.map((_, index) => `tick ${first + index}`));
    });

    it('has no gap for a tab that slept, and needs no reload [A coolify#7719] [A2 resume after sleep]', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(address);
      await page.evaluate('window.neverReloaded = true');
      await grows(visitor);
      const session = await visitor.context.newCDPSession(page);
      // Frozen, a page runs nothing at all: no timer, no socket, no fetch.
      await session.send('Page.setWebLifecycleState', { state: 'frozen' });
      const slept = await storedLines(suite, buildId);
      await until('the build prints on', async () => (await storedLines(suite, buildId)) > slept + 40, 30_000);
      await session.send('Page.setWebLifecycleState', { state: 'active' });
      await until('the log has come back', async () => (await ticks(visitor)) > slept + 40, 20_000);
      await grows(visitor);
      expect(await page.evaluate('window.neverReloaded')).toBe(true);
      const numbers = await page
        .getByRole('log')
        .getByText(/^tick \d+$/)
        .allTextContents();
      const first = Number(numbers[0]?.slice('tick '.length));
      expect(numbers).toEqual(numbers.map((_, index) => `tick ${first + index}`));
    });

    it.each(['api', 'web'] as const)(
      'stays where it was while the %s process is away, and goes on by itself',
      async (role) => {
        const visitor = await suite.visitor();
        visitor.provokes(
          /ERR_CONNECTION_|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED|status of 50[23]|WebSocket connection to .* failed/,
        );
        await visitor.open(address);
        await grows(visitor);
        const strip = visitor.page.getByText(
          /^The service does not answer: it (?:could not be reached|answered 50[23])/,
        );
        await suite.product.children.get(role)?.stop();
        await strip.waitFor();
        expect(await ticks(visitor)).toBeGreaterThan(0);
        suite.product.start(role);
        await strip.waitFor({ state: 'detached' });
        await grows(visitor);
      },
    );
  });
}

/** By the page's own clock, milliseconds: when each state of its connection was first shown, and for how long it could not run. */
interface Seen {
  readonly connecting: number;
  readonly polling: number;
  readonly lost: number;
}

/** Runs in the page, and keeps a `Seen`. */
const noteStates = `globalThis.seen = { lost: 0 };
let ticked = performance.now();
setInterval(() => {
  noteLost();
}, 50);
function noteLost() {
  const now = performance.now();
  if ('connecting' in seen && !('polling' in seen)) seen.lost += Math.max(0, now - ticked - 50);
  ticked = now;
}
new MutationObserver(() => {
  noteLost();
  for (const { textContent } of document.querySelectorAll('[role=status]'))
    for (const word of ['connecting', 'polling'])
      if (textContent.startsWith(word)) seen[word] ??= performance.now();
}).observe(document, { childList: true, subtree: true, characterData: true });`;

async function storedLines(suite: BrowserSuite, buildId: string): Promise<number> {
  const answer = await suite.product.api.send('GET', `/api/v1/builds/${buildId}/log?format=text`);
  return (await answer.text()).split('\n').length - 1;
}
