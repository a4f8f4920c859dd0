import type { Build, Page, Project, Rule } from '@cooperage/contracts';
import { say } from '../output.ts';
import type { Api } from './api.ts';
import { cosignVerdict, verdictLines } from './cosign-verdict.ts';
import { failureReport } from './failure-report.ts';
import { awaitBuild, followBuild } from './follow-build.ts';
import { imageReport } from './newest-image.ts';
import type { SampleRepository } from './sample-repository.ts';

export interface FirstPushParts {
  readonly api: Api;
  readonly project: Project;
  readonly repository: SampleRepository;
  /** Where the dashboard is. */
  readonly publicUrl: string;
  readonly cosign: string | null;
}

/**
 * Takes the sample from a push to a verified image, before everybody's eyes; where an earlier start was interrupted it
 * goes on from there. @returns whether an image is there and cosign, where it is, accepts it.
 */
export async function firstPush(parts: FirstPushParts, signal: AbortSignal): Promise<boolean> {
  const { api, project, publicUrl } = parts;
  const build = await followBuild(api, await startedBuild(parts, signal), signal);
  if (build.status === 'succeeded' && build.digest) {
    say(`· build #${build.number} has succeeded: ${build.stepsCached} of ${build.stepsTotal} steps from the cache`);
    return verify(parts, build.digest);
  }
  const page = `${publicUrl}/p/${project.organizationSlug}/${project.slug}/b/${build.number}`;
  for (const line of await failureReport(api, build, page)) say(line);
  return false;
}

/** The build to follow: that of a push now, or the one that an earlier start left, once more if it did not succeed. */
async function startedBuild({ api, project, repository }: FirstPushParts, signal: AbortSignal): Promise<string> {
  const { items } = await api.get<Page<Build>>(`/api/v1/builds?project=${project.id}&limit=1`);
  const [left] = items;
  if (left?.finishedAt === null) return left.id;
  if (left) say(`· build #${left.number} did not succeed at an earlier start: once more`);
  if (left) return (await api.post<Build>(`/api/v1/builds/${left.id}/retry`, {})).id;
  return pushed({ api, project, repository }, signal);
}

async function pushed(
  { api, project, repository }: Pick<FirstPushParts, 'api' | 'project' | 'repository'>,
  signal: AbortSignal,
): Promise<string> {
  const head = await repository.head();
  if (head) {
    // Pushed, but the service never heard of it.
    const rules = await api.get<Page<Rule>>(`/api/v1/projects/${project.id}/rules`);
    const ruleId = rules.items.find((rule) => rule.refKind === 'branch')?.id ?? null;
    await api.post(`/api/v1/projects/${project.id}/builds`, { ref: 'refs/heads/main', ruleId });
    return awaitBuild(api, project.id, head, signal);
  }
  const { commit, said } = await repository.push();
  say(`· git push of ${commit.slice(0, 7)} to ${repository.address}`);
  for (const line of said) say(`  remote: ${line}`);
  return awaitBuild(api, project.id, commit, signal);
}

async function verify({ api, project, cosign }: FirstPushParts, digest: string): Promise<boolean> {
  const { image, verify: commands } = await imageReport(api, project.id, digest, cosign);
  say(`· image ${image}`);
  if (!commands) {
    say('· cosign is not on this machine: the service itself has verified the image before its tags moved');
    return true;
  }
  const verdicts = [await cosignVerdict(commands.image), await cosignVerdict(commands.attestation)];
  for (const line of verdicts.flatMap(verdictLines)) say(line);
  return verdicts.every((verdict) => verdict.ok);
}
