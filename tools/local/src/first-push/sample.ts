import type { Project } from '@cooperage/contracts';
import type { PushCredentials } from '../git-host/credentials.ts';
import type { Instance } from '../parts/instance.ts';
import { ensureAccount } from './account.ts';
import { type Api, ownApi } from './api.ts';
import { firstPush } from './first-push.ts';
import { type ImageReport, newestImage } from './newest-image.ts';
import { SampleProject } from './sample-project.ts';
import { SampleRepository } from './sample-repository.ts';

export interface SamplePlace {
  readonly instance: Instance;
  readonly publicUrl: string;
  /** Base of the clone addresses. */
  readonly gitAddress: string;
  readonly gitCredentials: PushCredentials;
  readonly setupToken: string;
  readonly cosign: string | null;
}

export interface SampleOutcome {
  /** False when the first push did not become a verified image. */
  readonly ok: boolean;
  readonly image: ImageReport | undefined;
  /** What a person clones; undefined where the sample was deleted or could not be made. */
  readonly cloneAddress: string | undefined;
  /** Whether the launcher may still ask the service. */
  readonly isSignedIn: boolean;
}

/**
 * Account, sample project and its first push, each once in the life of an installation; what is there already is only
 * brought up to date.
 */
export async function ensureSample(place: SamplePlace, signal: AbortSignal): Promise<SampleOutcome> {
  const { instance, publicUrl, cosign, setupToken } = place;
  const api = await ensureAccount(ownApi(instance, publicUrl), instance.secrets, setupToken);
  if (!api) return { ok: true, image: undefined, cloneAddress: undefined, isSignedIn: false };
  const repository = new SampleRepository(instance, place.gitAddress, place.gitCredentials);
  const project = await new SampleProject(api, repository, instance.file('sample.json')).ensure();
  const known = await newestImage(api, cosign);
  const cloneAddress = project && repository.address;
  if (!project || known || (await hasImages(api, project)))
    return { ok: true, image: known, cloneAddress, isSignedIn: true };
  const ok = await firstPush({ api, project, repository, publicUrl, cosign }, signal);
  return { ok, image: await newestImage(api, cosign), cloneAddress, isSignedIn: true };
}

/** A sample that was made private has images that are not shown. */
async function hasImages(api: Api, { id }: Project): Promise<boolean> {
  const { items } = await api.get<{ items: readonly unknown[] }>(`/api/v1/projects/${id}/images?limit=1`);
  return items.length > 0;
}
