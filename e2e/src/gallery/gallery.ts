import type { Build, CachePrune, Page, WorkerView } from '@cooperage/contracts';
import type { VisitorOptions } from '../browser-visitor.js';
import type { Installation, Repository } from '../installation.js';
import { until } from '../until.js';
import { bake, failing, noted, succeeding, ticking, unreadable } from './dockerfiles.js';
import type { Viewer } from './gallery-page.js';
import { invitePeople, type People } from './people.js';

/** One of each thing that a page can show, made through the real road. */
export interface Gallery extends People {
  readonly succeeded: Build;
  /** In the same project as `succeeded`: a step failed. */
  readonly failed: Build;
  /** Failed before any step. */
  readonly invalid: Build;
  readonly canceled: Build;
  readonly timedOut: Build;
  /** Of a branch that had no cache of its own: it read that of the default branch. */
  readonly borrowing: Build;
  /** Of a definition, with named contexts; its first line names a frontend and the builder notes something. */
  readonly defined: Build;
  /** The same with a change in another target of the definition. */
  readonly corked: Build;
  readonly running: Build;
  readonly queued: Build;
  /** Address of a project that nobody has built yet. */
  readonly empty: string;
  /** Ends what still runs. */
  close(): Promise<void>;
}

/** With the shortest time that a project allows, milliseconds. */
const limits = { timeoutMs: 10_000, logBytes: 134_217_728, memoryBytes: null, pids: 4096, cpus: null, diskBytes: null };

const definition = { path: 'docker-bake.hcl', target: 'keg' };

export async function fillGallery(product: Installation): Promise<Gallery> {
  const description = 'Staves, hoops and a bung.';
  const protectedBranches = ['release/*'];
  const cask = await product.repository({ slug: 'cask', name: 'Cask', description, protectedBranches });
  const barrel = await product.repository({ slug: 'barrel', name: 'Barrel' });
  const slow = await product.repository({ slug: 'slow-cooper', name: 'Slow cooper', limits });
  const empty = await product.repository({ slug: 'empty-shed', name: 'Empty shed' });
  const keg = await product.repository({ slug: 'keg', name: 'Keg', definition, buildArgs: { WOOD: 'acacia' } });
  const people = await invitePeople(product);
  await furnish(product, cask);
  const [{ succeeded, failed }, { invalid, canceled }, { defined, corked }] = await Promise.all([
    buildCasks(product, cask),
    buildBarrels(product, barrel),
    buildKeg(product, keg),
  ]);
  await product.api.json('POST', `/api/v1/projects/${keg.project.id}/cache/resets`, { reason: 'Its wood was damp.' });
  const season = await push(product, slow, ticking, 'Season the wood for a year');
  const [timedOut, borrowing] = await Promise.all([product.finished(slow, season.commit), tasteCasks(product, cask)]);
  await restBuilder(product);
  // A builder takes two at a time: the third waits.
  const [running] = await Promise.all([start(product, cask, 'hoops'), start(product, barrel, 'lids')]);
  const waiting = await push(product, slow, ticking, 'Wait for a free bench');
  const queued = await product.buildWhere(slow, waiting.commit, 'waits', ({ status }) => status === 'queued');
  return {
    ...people,
    ...{ succeeded, failed, invalid, canceled, timedOut, borrowing, defined, corked, running, queued },
    empty: `/p/${empty.project.organizationSlug}/${empty.project.slug}`,
    close: () => cancelAll(product, [cask, barrel, slow]),
  };
}

/** Whatever a project can have beside its builds. */
async function furnish({ api }: Installation, { project }: Repository): Promise<void> {
  const address = `/api/v1/projects/${project.id}`;
  await api.json('PUT', `${address}/secrets/NPM_TOKEN`, { value: 'not to be shown' });
  const credential = { username: 'robot', password: 'not to be shown' };
  await api.json('PUT', `${address}/registry-credentials/${encodeURIComponent('127.0.0.1:9')}`, credential);
  const reset = { zone: 'fork', reason: 'A stranger’s base image was not what it said.' };
  // More than a page shows at once.
  for (let times = 0; times < 6; times++) await api.json('POST', `${address}/cache/resets`, reset);
}

async function buildCasks(product: Installation, cask: Repository): Promise<Pick<Gallery, 'succeeded' | 'failed'>> {
  const first = await push(product, cask, succeeding, 'Bend the staves over the fire', { 'word.txt': 'oak\n' });
  await product.buildWhere(cask, first.commit, 'has left its cache', ({ cacheExport }) => cacheExport === 'done');
  const forged = { ...cask, hookSecret: `whsec_${Buffer.from('guessed').toString('base64')}` };
  await product.deliver(forged, { after: first.commit });
  const second = await push(product, cask, succeeding, 'Carve a better word', { 'word.txt': 'chestnut\n' });
  const succeeded = await product.finished(cask, second.commit);
  const third = await push(product, cask, failing, 'Compile the parts', { 'word.txt': 'chestnut\n' });
  return { succeeded, failed: await product.finished(cask, third.commit) };
}

async function buildKeg(product: Installation, keg: Repository): Promise<Pick<Gallery, 'defined' | 'corked'>> {
  const files = { 'docker-bake.hcl': bake, 'keg/word.txt': 'acacia\n', 'hoops/hoop.txt': 'iron\n' };
  const first = await push(product, keg, noted, 'Say in one file how a keg is made', files);
  const defined = await product.finished(keg, first.commit);
  const wooden = { ...files, 'docker-bake.hcl': bake.replace('echo cork', 'echo oak') };
  const second = await push(product, keg, noted, 'Make the bung of wood', wooden);
  return { defined, corked: await product.finished(keg, second.commit) };
}

async function buildBarrels(product: Installation, barrel: Repository): Promise<Pick<Gallery, 'invalid' | 'canceled'>> {
  const { commit } = await push(product, barrel, unreadable, 'Write in haste');
  const invalid = await product.finished(barrel, commit);
  const begun = await start(product, barrel, 'bung');
  const log = `/api/v1/builds/${begun.id}/log?format=text`;
  await until('it has printed', async () => (await (await product.api.send('GET', log)).text()).includes('begun'));
  await product.api.json('POST', `/api/v1/builds/${begun.id}/cancel`);
  return { invalid, canceled: await product.finished(barrel, begun.commit) };
}

/**
 * Enough builds for the insights to say something, on a branch, while another build uses its time up.
 * @returns the first of another branch
 */
async function tasteCasks(product: Installation, cask: Repository): Promise<Build> {
  for (const wood of ['oak', 'chestnut', 'acacia', 'cherry', 'mulberry']) {
    const files = { 'word.txt': `${wood}\n` };
    const { commit } = await push(product, cask, succeeding, `Taste the ${wood}`, files, 'refs/heads/tasting');
    await product.finished(cask, commit);
  }
  return dropOldWood(product, cask);
}

/** A cache that a person has deleted by a rule. */
async function dropOldWood(product: Installation, cask: Repository): Promise<Build> {
  const files = { 'word.txt': 'old oak\n' };
  const { commit } = await push(product, cask, succeeding, 'Use up the old wood', files, 'refs/heads/old-wood');
  const exported = ({ cacheExport }: Build) => cacheExport === 'done';
  const build = await product.buildWhere(cask, commit, 'has left its cache', exported);
  const prunes = `/api/v1/projects/${cask.project.id}/cache/prunes`;
  await product.api.json('POST', prunes, { q: 'refs/heads/old-wood', reason: 'Room for the release.' });
  await until('the cache is deleted', async () =>
    (await product.api.json<Page<CachePrune>>('GET', prunes)).items.every(({ endedAt }) => endedAt !== null),
  );
  return build;
}

/** A second builder, which takes nothing more. */
async function restBuilder(product: Installation): Promise<void> {
  const name = 'second-builder';
  const known = new Set((await workers(product)).map(({ id }) => id));
  await product.addBuilder(name);
  const { id } = await until('the second builder has reported', async () =>
    (await workers(product)).find((worker) => worker.role === 'builder' && !known.has(worker.id)),
  );
  await product.api.json('POST', `/api/v1/workers/${id}/drain`);
}

async function workers({ api }: Installation): Promise<WorkerView[]> {
  return (await api.json<{ items: WorkerView[] }>('GET', '/api/v1/workers')).items;
}

/** Pushes a build that goes on for long, and waits until it prints. */
async function start(product: Installation, repository: Repository, branch: string): Promise<Build> {
  const { commit } = await push(product, repository, ticking, `Hammer the ${branch} on`, {}, `refs/heads/${branch}`);
  return product.buildWhere(repository, commit, 'runs', ({ phase }) => phase === 'build');
}

async function push(
  product: Installation,
  repository: Repository,
  dockerfile: string,
  message: string,
  files: Readonly<Record<string, string>> = {},
  ref = 'refs/heads/main',
): Promise<{ commit: string }> {
  const author = 'Grace Cooper <grace@example.test>';
  const commit = await repository.git.commit({ Dockerfile: dockerfile, ...files }, { ref, message, author });
  const answer = await product.deliver(repository, { ref, after: commit });
  if (answer.status !== 202) throw new Error(`the webhook was answered ${answer.status}: ${await answer.text()}`);
  return { commit };
}

async function cancelAll(product: Installation, repositories: readonly Repository[]): Promise<void> {
  for (const repository of repositories) {
    const { items } = await product.api.builds(repository.project.id);
    const open = items.filter(({ finishedAt }) => finishedAt === null);
    await Promise.all(open.map(({ id }) => product.api.send('POST', `/api/v1/builds/${id}/cancel`)));
    await Promise.all(open.map(({ commit }) => product.finished(repository, commit)));
  }
}

/** How a page is visited that is for somebody. */
export function visitorOptions(viewer: Viewer = 'administrator', gallery?: Gallery): VisitorOptions {
  if (viewer === 'stranger') return { signedIn: false };
  return viewer === 'member' && gallery ? { as: gallery.member } : {};
}
