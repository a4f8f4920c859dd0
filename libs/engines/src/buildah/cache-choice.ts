import type { BuildRequest } from '../build-request.js';

/**
 * buildah reads one cache, a repository with a tag for each step: the first of the wanted ones that has such tags. A
 * repository that cannot be asked is passed over. @returns its name in the registry that is pushed to
 */
export async function pickCache(request: BuildRequest, insecure: boolean): Promise<string | undefined> {
  const { push, cacheRepositories = [], noCache } = request;
  if (noCache) return undefined;
  for (const name of cacheRepositories) {
    if (!name.startsWith(`${push.host}/`)) continue;
    const repository = name.slice(push.host.length + 1);
    if (await hasTags(request, repository, insecure)) return repository;
  }
  return undefined;
}

async function hasTags({ push, registryAuth }: BuildRequest, repository: string, insecure: boolean): Promise<boolean> {
  const granted = await registryAuth.token(push.host, [`repository:${repository}:pull`]).catch(() => null);
  if (!granted) return false;
  const address = `${insecure ? 'http' : 'https'}://${push.host}/v2/${repository}/tags/list?n=100`;
  const headers = { authorization: `Bearer ${granted.token}` };
  const answer = await fetch(address, { headers, signal: AbortSignal.timeout(5_000) }).catch(() => null);
  if (!answer?.ok) return false;
  const { tags } = (await shortJson(answer).catch(() => ({}))) as { tags?: string[] | null };
  // BuildKit keeps its cache of the same reference in one tag that is named after the platform.
  return tags?.some((tag) => /^[0-9a-f]{64}$/.test(tag)) ?? false;
}

/** A hundred tags are far shorter; a registry that goes on is not read any further. */
const maxAnswerBytes = 65_536;

async function shortJson({ body }: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new RangeError('the answer of the registry is too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}
