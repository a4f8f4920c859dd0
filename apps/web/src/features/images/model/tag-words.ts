import type { TagMove, TagPlanView, TagUseView } from '@cooperage/contracts';
import { shortDigest, visibleText } from '../../../lib/format/names';

/** Who moved a tag: a person by hand, or a build. */
export function moverOf({ movedBy, buildNumber }: Pick<TagMove, 'movedBy' | 'buildNumber'>): string {
  if (movedBy !== null) return `by hand by ${visibleText(movedBy)}`;
  return buildNumber === null ? 'by a build' : `by build #${buildNumber}`;
}

export interface PlanWords {
  readonly text: string;
  /** Whether asking for it would change anything. */
  readonly possible: boolean;
}

/** What pointing a tag to an image would do, or why it cannot be. */
export function planWords({ tag, kind, from, to, verified }: TagPlanView): PlanWords {
  const no = (text: string): PlanWords => ({ text, possible: false });
  if (kind === 'same') return no(`${tag} points to this image already.`);
  if (kind === 'deleting')
    return no('The deletion of this image has begun. Build its commit again when the image is deleted.');
  if (!verified)
    return no(
      'The newest verification of this image did not pass, or a key stopped counting after it. Verify the image again first.',
    );
  if (kind === 'protected')
    return no(
      `${tag} belongs to protected branches and releases, and this image is of neither. Give this image another tag.`,
    );
  if (kind === 'late')
    return no(
      `Build #${to.buildNumber} built a commit behind the newest one of its ref, so its image takes no tag of another image, and none that rules give to protected branches and releases. Give this image another tag.`,
    );
  if (from === null)
    return {
      text: `${tag} is new. It will point to ${shortDigest(to.digest)} of build #${to.buildNumber}.`,
      possible: true,
    };
  if (kind === 'backward')
    return no(
      `Tags move only forward: ${tag} points to ${shortDigest(from.digest)} of build #${from.buildNumber}, whose commit was pushed after that of build #${to.buildNumber}. Give this image another tag, or build its commit again.`,
    );
  return {
    text: `${tag} moves from ${shortDigest(from.digest)} of build #${from.buildNumber} to ${shortDigest(to.digest)} of build #${to.buildNumber}.`,
    possible: true,
  };
}

export interface TagUseWords {
  readonly text: string;
  /** What is nearly used up and what to do; null while there is room. */
  readonly warning: string | null;
  readonly reached: boolean;
}

/** How many tags a project has of how many, and what follows where there is little room or none. */
export function tagUseWords({ all, unprotected }: TagUseView): TagUseWords {
  const of = ({ used, limit }: TagUseView['all']) => `${used.toLocaleString('en')} of ${limit.toLocaleString('en')}`;
  const next = 'Delete images that nobody needs: their tags go with them.';
  const reached = all.state === 'reached' || unprotected.state === 'reached';
  const isNear = all.state === 'near' || unprotected.state === 'near';
  const builds = all.state === 'reached' ? 'Builds' : 'Builds of what is not protected';
  return {
    text: `${of(all)} tags; ${of(unprotected)} of branches and releases that are not protected.`,
    warning: reached
      ? `Limit reached. ${builds} are published without new tags. ${next}`
      : isNear
        ? `80 % or more are used. Beyond the limit, builds are published without new tags. ${next}`
        : null,
    reached,
  };
}
