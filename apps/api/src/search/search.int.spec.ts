import type { Build, Me, Page, SearchAnswer } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, randomCommit, type TestProject } from '../../spec/api-world.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { pageEndpoints } from './page-endpoints.js';

let world: ApiWorld;
let owner: Visitor;
let rival: Visitor;
let api: TestProject;
const commit = randomCommit();

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  rival = (await world.stranger(owner)).visitor;
  api = await world.project(owner, await organizationOf(owner), { slug: 'api_one' });
  await world.project(owner, await organizationOf(owner), { slug: 'apixone' });
  await world.build(api);
  await world.build(api, commit);
});
afterAll(() => world.close());

const search = async (visitor: Visitor, query: Record<string, string>) =>
  expectOk(await visitor.get<SearchAnswer>(`/api/v1/search?${new URLSearchParams(query)}`));
const path = () => `${api.project.organizationSlug}/${api.project.slug}`;

describe('search', () => {
  it('finds projects by words, which are no patterns', async () => {
    const slugs = async (q: string) => (await search(owner, { q })).projects.map(({ slug }) => slug);
    expect(await slugs('api')).toEqual(['apixone', 'api_one']);
    expect(await slugs('API_O')).toEqual(['api_one']);
    expect(await slugs('%')).toEqual([]);
    expect(await slugs('api nothing')).toEqual([]);
  });

  it('finds a build by number, by project and number, and by commit', async () => {
    const numbers = async (q: string) => (await search(owner, { q })).builds.map(({ number }) => number);
    expect(await numbers('2')).toEqual([2]);
    expect(await numbers(`${path()}#1`)).toEqual([1]);
    expect(await numbers('apixone #1')).toEqual([]);
    expect(await numbers(commit.slice(0, 7))).toEqual([2]);
    expect(await numbers(commit)).toEqual([2]);
    expect(await numbers(`${commit.slice(0, 39)}${commit.endsWith('0') ? '1' : '0'}`)).toEqual([]);
  });

  it('lists the newest builds of one project for its switcher', async () => {
    const answer = await search(owner, { only: 'builds', project: path() });
    expect(answer).toMatchObject({ projects: [], images: [], builds: [{ number: 2 }, { number: 1 }] });
  });

  it('S-065 finds nothing of another organization, by whatever it is asked', async () => {
    for (const q of ['', 'api', '1', `${path()}#1`, commit])
      expect(await search(rival, { q }), q).toEqual({ projects: [], builds: [], images: [] });
    expect((await rival.get(`/api/v1/search?only=builds&project=${path()}`)).status).toBe(404);
  });
});

describe('the data of a page', () => {
  const follow = async (visitor: Visitor, address: string) => {
    const answer = await visitor.get(`/api/v1/lookup/page?${new URLSearchParams({ address })}`);
    return answer.status === 307 ? answer.headers.get('location') : answer.status;
  };

  it('is behind a redirect to an endpoint that answers, for every page', async () => {
    const [build] = expectOk(await owner.get<Page<Build>>('/api/v1/builds')).items;
    const [delivery] = expectOk(
      await owner.get<Page<{ id: string }>>(`/api/v1/projects/${api.project.id}/deliveries`),
    ).items;
    const { organizationSlug, slug } = api.project;
    const values: Record<string, string> = {
      ...{ organization: organizationSlug, slug: organizationSlug, project: slug, number: String(build!.number) },
      ...{ delivery: delivery!.id, digest: `sha256:${'a'.repeat(64)}` },
    };
    for (const { page } of pageEndpoints) {
      const query = page.endsWith('/compare') ? `?a=${build!.number}&b=${build!.number}` : '';
      const address = page.replace(/:(\w+)/g, (_all, name: string) => values[name] ?? '') + query;
      const endpoint = await follow(owner, address);
      const expected = page.endsWith(':digest') ? 404 : 200;
      expect((await owner.get(String(endpoint))).status, `${address} → ${endpoint}`).toBe(expected);
    }
  });

  it('keeps the filters, and takes the organization that the page would take', async () => {
    const { organizations } = expectOk(await owner.get<Me>('/api/v1/me'));
    expect(await follow(owner, '/builds?filter=is%3Afailed&view=x')).toBe('/api/v1/builds?filter=is%3Afailed');
    expect(await follow(owner, '/members?organization=made-up')).toBe(
      `/api/v1/organizations/${organizations[0]!.organizationId}/members`,
    );
  });

  it('S-065 is not there for another organization, nor where no page is', async () => {
    expect(await follow(rival, `/p/${path()}`)).toBe(404);
    expect(await follow(owner, `/p/${path()}/nothing`)).toBe(404);
    expect(await follow(owner, 'https://evil.example/')).toBe(404);
  });
});
