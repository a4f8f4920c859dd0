import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Me } from '@cooperage/contracts';
import { ApiClient } from '@cooperage/e2e';
import { ApiDescription, type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

type Membership = Me['organizations'][number];

const password = 'an empty house to begin with';

/** Cannot be seen from outside: whoever serves the page has reported itself, and what serves it keeps a builder. */
const neverEmpty = ['No process has reported yet.'];

/** Nobody is left standing before nothing: each empty page says why, what to do, and the same as a command. */
export function emptyStates(suite: BrowserSuite): void {
  describe('an empty page', () => {
    let newcomer: ApiClient;
    let homeless: ApiClient;
    let hut: string;
    let built: string;
    beforeAll(async () => {
      const { api } = suite.product;
      const hutters = { name: 'Hut', slug: 'hut' };
      const { organizationId: id } = await api.json<Membership>('POST', '/api/v1/organizations', hutters);
      newcomer = await join(id, 'newcomer@hut.example', 'owner');
      homeless = await join(id, 'homeless@hut.example', 'viewer');
      const me = await homeless.json<Me>('GET', '/api/v1/me');
      await homeless.json('DELETE', `/api/v1/organizations/${id}/members/${me.id}`);
      const empty = await suite.product.repository();
      hut = `/p/${empty.project.organizationSlug}/${empty.project.slug}`;
      const repository = await suite.product.repository();
      const { commit } = await suite.product.push(repository, { Dockerfile: 'FROM scratch\nCOPY . /\n' });
      await suite.product.finished(repository, commit);
      built = `/p/${repository.project.organizationSlug}/${repository.project.slug}`;
    });
    const join = async (organizationId: string, email: string, role: string): Promise<ApiClient> => {
      const { api, origin } = suite.product;
      const path = `/api/v1/organizations/${organizationId}/invitations`;
      const { url } = await api.json<{ url: string }>('POST', path, { email, role });
      const secret = new URL(url).hash.slice(1);
      await api.json('POST', '/api/v1/invitations/accept', { secret, name: email.split('@')[0], password });
      const client = new ApiClient(origin);
      await client.signIn(email, password);
      return client;
    };
    /** Opens each address and notes what its empty state lacks. @returns the sentences that were seen */
    const walk = async (visitor: Visitor, paths: readonly string[], faults: string[]): Promise<string[]> => {
      const description = await ApiDescription.of(suite.product.origin);
      const seen: string[] = [];
      for (const path of paths) {
        await visitor.open(path);
        const empty = visitor.page.locator('[data-empty]').first();
        await empty.waitFor();
        const why = (await empty.locator('[data-why]').textContent()) ?? '';
        seen.push(why);
        if (!/^[A-Z][^.!?]*\.$/.test(why)) faults.push(`${path}: “${why}” is not one sentence`);
        const actions = empty.locator('[data-next-action]').locator('a, button');
        if ((await actions.count()) !== 1) faults.push(`${path}: ${await actions.count()} primary actions`);
        const command = (await empty.locator('code').last().textContent()) ?? '';
        faults.push(...faultsOfCommand(command, description).map((fault) => `${path}: ${fault}`));
        const before = await stateOf(visitor);
        await visitor.press(actions.first());
        await expect
          .poll(() => stateOf(visitor), { ...patience, message: `${path}: the action leads nowhere` })
          .not.toBe(before);
      }
      return seen;
    };

    it('says why, has one primary action that leads on, and the command that does the same [A2 empty state names the next action]', async () => {
      const faults: string[] = [];
      const seen = [
        ...(await walk(await suite.visitor({ as: newcomer }), ofNobody, faults)),
        ...(await walk(await suite.visitor({ as: homeless }), ['/members', '/tokens'], faults)),
        ...(await walk(await suite.visitor(), [...ofProject(hut), ...ofBuilds(built)], faults)),
      ];
      expect(faults).toEqual([]);
      // A new empty state is walked too, or this fails.
      expect([...new Set([...seen, ...neverEmpty])].toSorted()).toEqual(await sentences());
    });
  });
}

const ofNobody = [
  '/',
  '/projects',
  '/builds',
  '/images',
  '/images?q=zzz',
  '/audit?actor=nobody',
  '/webhooks',
  '/webhooks?outcome=failed',
  '/insights',
  '/trust',
  '/tokens',
  '/builds?filter=is%3Afailed',
];
const ofProject = (home: string) =>
  ['', '/images', '/images?q=zzz', '/deliveries', '/deliveries?outcome=failed', '/compare', '/cache'].map(
    (part) => home + part,
  );
const ofBuilds = (home: string) => [`${home}?filter=is%3Asucceeded&group=failure`];

/** What a press may change: the address, a dialog, where the focus is. */
function stateOf({ page }: Visitor): Promise<string> {
  return page.evaluate<string>('location.href + (document.querySelector("dialog[open]") ? " dialog" : "")');
}

/** A command is one of our own programs, or a call that the API describes. */
function faultsOfCommand(command: string, description: ApiDescription): string[] {
  if (!command.startsWith('curl ')) return [`“${command}” is no command that this page's call would need`];
  const [, method = 'GET'] = /-X (\w+)/.exec(command) ?? [];
  const [, url = ''] = /(?:'|\s)(http[^'\s]+)'?$/.exec(command) ?? [];
  if (!URL.canParse(url)) return [`“${command}” names no address`];
  return description.operation(method, url) ? [] : [`${method} ${url} is not described`];
}

/** Every sentence that a page has for when there is nothing, from the sources. */
async function sentences(): Promise<string[]> {
  const root = fileURLToPath(new URL('../../../apps/web/src/', import.meta.url));
  const found: string[] = [];
  for await (const file of glob('**/*.tsx', { cwd: root })) {
    const text = await readFile(root + file, 'utf8');
    const uses = text
      .split('<Empty')
      .slice(1)
      .filter((use) => /^\s/.test(use));
    for (const use of uses) found.push(/title="([^"]+)"/.exec(use)?.[1] ?? `${file}: a title that is no plain text`);
  }
  return [...new Set(found)].toSorted();
}
