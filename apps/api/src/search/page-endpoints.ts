/** Which endpoint gives the data that a page shows. Braces are filled from the page's address. */
interface PageEndpoint {
  /** Segments of the page's address; one that begins with a colon takes any value. */
  readonly page: string;
  readonly endpoint: string;
  /** Parameters of the page that are the endpoint's own too; others are only about how the page looks. */
  readonly query?: readonly string[];
}

const builds = ['filter', 'cursor'];
const deliveries = ['outcome', 'cursor'];

/** Every page that people come to when they are signed in. A page without data of its own is not here. */
export const pageEndpoints: readonly PageEndpoint[] = [
  { page: '/', endpoint: '/overview', query: ['scope'] },
  { page: '/builds', endpoint: '/builds', query: builds },
  { page: '/projects', endpoint: '/projects', query: ['organization', 'cursor'] },
  { page: '/members', endpoint: '/organizations/{organization}/members', query: ['cursor'] },
  { page: '/tokens', endpoint: '/tokens', query: ['organization', 'cursor'] },
  { page: '/workers', endpoint: '/workers' },
  { page: '/images', endpoint: '/images', query: ['q', 'project', 'cursor'] },
  { page: '/insights', endpoint: '/insights', query: ['days', 'filter'] },
  { page: '/trust', endpoint: '/trust/keys', query: ['cursor'] },
  { page: '/settings', endpoint: '/settings' },
  { page: '/settings/retention', endpoint: '/organizations/{organization}/retention' },
  { page: '/usage', endpoint: '/organizations/{organization}/usage' },
  { page: '/organizations', endpoint: '/organizations', query: ['cursor'] },
  { page: '/organizations/:slug', endpoint: '/organizations/{slug}' },
  { page: '/account', endpoint: '/me/sessions' },
  {
    page: '/audit',
    endpoint: '/organizations/{organization}/audit',
    query: ['actor', 'action', 'subject', 'project', 'since'],
  },
  { page: '/webhooks', endpoint: '/deliveries', query: deliveries },
  { page: '/p/:organization/:project', endpoint: '/builds?project={projectId}', query: builds },
  { page: '/p/:organization/:project/b/:number', endpoint: '/projects/{projectId}/builds/by-number/{number}' },
  { page: '/p/:organization/:project/images', endpoint: '/projects/{projectId}/images', query: ['q', 'cursor'] },
  { page: '/p/:organization/:project/images/:digest', endpoint: '/projects/{projectId}/images/{digest}' },
  { page: '/p/:organization/:project/compare', endpoint: '/projects/{projectId}/compare', query: ['a', 'b'] },
  { page: '/p/:organization/:project/deliveries', endpoint: '/projects/{projectId}/deliveries', query: deliveries },
  { page: '/p/:organization/:project/deliveries/:delivery', endpoint: '/deliveries/{delivery}' },
  { page: '/p/:organization/:project/cache', endpoint: '/projects/{projectId}/cache' },
  { page: '/p/:organization/:project/settings', endpoint: '/projects/{projectId}' },
];

export interface FoundEndpoint {
  readonly endpoint: string;
  /** From the page's segments and its query. */
  readonly values: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** @param address path and query of a page, as in the browser. Null when no page of ours is there. */
export function findEndpoint(address: string): FoundEndpoint | null {
  const base = 'http://page.invalid';
  if (!address.startsWith('/') || !URL.canParse(address, base)) return null;
  const { origin, pathname, searchParams } = new URL(address, base);
  if (origin !== base) return null;
  for (const { page, endpoint, query = [] } of pageEndpoints) {
    const values = valuesOf(page, pathname);
    if (!values) continue;
    const kept = [...searchParams].filter(([name, value]) => query.includes(name) && value !== '');
    return { endpoint, values: { ...Object.fromEntries(searchParams), ...values }, query: new URLSearchParams(kept) };
  }
  return null;
}

/** The endpoint's address. @throws {Error} for a value that is missing: the table is wrong then. */
export function endpointAddress({ endpoint, query }: FoundEndpoint, values: Readonly<Record<string, string>>): string {
  const filled = endpoint.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for ${name} of ${endpoint}`);
    return encodeURIComponent(value);
  });
  if (query.size === 0) return `/api/v1${filled}`;
  return `/api/v1${filled}${filled.includes('?') ? '&' : '?'}${query}`;
}

function valuesOf(page: string, pathname: string): Record<string, string> | null {
  const [wanted, given] = [page.split('/'), pathname.split('/')];
  if (wanted.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const value = decoded(given[at]!);
    if (value === null || (part.startsWith(':') ? value === '' : value !== part)) return null;
    if (part.startsWith(':')) values[part.slice(1)] = value;
  }
  return values;
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
