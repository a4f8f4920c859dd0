import type { Attention } from '@cooperage/contracts';
import { loopSentence } from '@cooperage/domain/predicates';
import { formatBytes } from '../../../lib/format/bytes';
import { shortDigest } from '../../../lib/format/names';
import { silenceSentence } from '../../deliveries/model/outcomes';
import { consequences, usedWords } from '../../usage/model/quota-words';

export interface AttentionView {
  readonly key: string;
  /** What is wrong, and where. */
  readonly title: string;
  readonly text: string;
  /** What to do, as words on a link. */
  readonly fix: string;
  readonly href: string;
}

const pathOf = (project: { organizationSlug: string; projectSlug: string }): string =>
  `/p/${encodeURIComponent(project.organizationSlug)}/${encodeURIComponent(project.projectSlug)}`;

/** A problem by its consequence, with the way to mend it. */
export function attentionView(item: Attention): AttentionView {
  switch (item.kind) {
    case 'no_worker':
      return {
        key: 'no_worker',
        title: 'No builder is running',
        text: 'Builds wait in the queue until one starts.',
        fix: 'See the workers',
        href: '/workers',
      };
    case 'quota':
      return {
        key: `quota ${item.organizationId} ${item.quota}`,
        title: `${item.organizationSlug}: ${item.label} ${item.state === 'reached' ? 'are used up' : 'are nearly used up'}`,
        text: `${usedWords(item)}. ${consequences[item.quota]}`,
        fix: 'See the usage',
        href: `/usage?organization=${encodeURIComponent(item.organizationId)}`,
      };
    case 'untrusted_builder_missing':
      return {
        key: 'untrusted_builder_missing',
        title: `${item.organizations === 1 ? 'One organization' : `${item.organizations} organizations`} cannot build yet`,
        text: item.message,
        fix: 'See what to start',
        href: '/workers',
      };
    case 'loop_stuck':
      return {
        key: `loop ${item.processId} ${item.loop}`,
        title:
          item.state === 'full' ? `${item.processName} is busy for long` : `${item.processName} does not take its work`,
        text: `${loopSentence(item)}${item.state === 'full' ? '' : ' It is repaired by itself; if this stays, restart the process.'}`,
        fix: 'See the workers',
        href: '/workers',
      };
    case 'disk_full':
      return {
        key: `disk ${item.workerId}`,
        title: `The disk of ${item.workerName} is nearly full`,
        text: `${formatBytes(item.freeBytes)} of ${formatBytes(item.totalBytes)} are free. Builds fail once nothing is.`,
        fix: 'See the worker',
        href: `/workers#worker-${item.workerId}`,
      };
    case 'hook_silent':
      return {
        key: `silent ${item.projectId}`,
        title: `${item.projectSlug}: its webhook has gone quiet`,
        text: `${silenceSentence(item)} Pushes start no build until the git host calls again.`,
        fix: 'See what to look at',
        href: `${pathOf(item)}/deliveries`,
      };
    case 'default_branch_broken':
      return brokenView(item.build);
    case 'image_unverified':
      return {
        key: `image ${item.projectId} ${item.digest}`,
        title: `${item.projectSlug}: an image does not verify`,
        text:
          item.checkedAt === null
            ? `${shortDigest(item.digest)} was never verified.`
            : `The last verification of ${shortDigest(item.digest)} did not pass.`,
        fix: 'Verify it now',
        href: `${pathOf(item)}/images/${item.digest}`,
      };
    case 'token_expiring':
      return {
        key: `token ${item.tokenId}`,
        title: `Your token ${item.name} is good until ${item.expiresAt.slice(0, 10)} only`,
        text: 'What signs in with it is refused from then on.',
        fix: 'Make a new one',
        href: `/tokens?organization=${encodeURIComponent(item.organizationId)}#new`,
      };
    case 'hook_failing':
      return {
        key: `hook ${item.projectId}`,
        title: `${item.projectSlug}: calls of the git host are refused`,
        text: `The last one was refused with ${item.code}. Pushes start no build until the secret is right.`,
        fix: 'See the deliveries',
        href: `${pathOf(item)}/deliveries`,
      };
  }
}

function brokenView(build: Extract<Attention, { kind: 'default_branch_broken' }>['build']): AttentionView {
  const cause = build.failure ? `${build.failure.code}: ${build.failure.message}` : 'It ended without success.';
  return {
    key: `build ${build.id}`,
    title: `${build.projectSlug}: #${build.number} of the default branch broke`,
    text: cause,
    fix: 'See why',
    href: `${pathOf(build)}/b/${build.number}`,
  };
}
