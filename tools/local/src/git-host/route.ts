import { REPOSITORY_NAME } from './repository.ts';

/** One call of git's smart HTTP protocol: https://git-scm.com/docs/http-protocol */
export interface GitCall {
  readonly repository: string;
  /** As git-http-backend(1) wants it. */
  readonly pathInfo: string;
  readonly query: string;
  readonly isPush: boolean;
}

const SERVICES = ['git-upload-pack', 'git-receive-pack'];

/** @returns undefined for everything that is no smart call: no file of a repository is reachable by its name. */
export function routeCall(method: string | undefined, target: string): GitCall | undefined {
  const url = URL.parse(target, 'http://host');
  if (!url) return undefined;
  const { pathname, searchParams } = url;
  const match = /^\/([^/]+)\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(pathname);
  const [, repository = '', endpoint = ''] = match ?? [];
  if (!REPOSITORY_NAME.test(repository)) return undefined;
  const isDiscovery = endpoint === 'info/refs';
  const service = isDiscovery ? (searchParams.get('service') ?? '') : endpoint;
  if (!SERVICES.includes(service) || method !== (isDiscovery ? 'GET' : 'POST')) return undefined;
  return {
    repository,
    pathInfo: `/${repository}.git/${endpoint}`,
    query: isDiscovery ? `service=${service}` : '',
    isPush: service === 'git-receive-pack',
  };
}
