import type { Zone } from '../cache/zone.js';
import { isOfCommit } from './commit-tags.js';
import { renderTags, type TagInput } from './tag-template.js';

/**
 * What a tag names by the template that made it: one git tag or branch (`{{tag}}`, `{{version}}`, `{{branch}}`), one commit (`{{sha}}`),
 * or `neither`, as `latest` and `{{major}}` do: those are handed on between the refs that the rules give them to.
 */
export const tagNamings = ['ref', 'commit', 'neither'] as const;
export type TagNaming = (typeof tagNamings)[number];

/** What it is that a tag names: a full ref, or a commit; null for a tag that names neither. */
export type TagOwner = string | null;

/** A tag as it stands: where it points, or pointed before its image was deleted. */
export interface HeldTag {
  readonly zone: Zone;
  readonly owner: TagOwner;
  /** Full ref and commit of the build that it points to; null where nobody knows that build any more. */
  readonly ref: string | null;
  readonly commit: string | null;
}

const placeholder = /\{\{\s*([a-z_]+)\s*\}\}/g;

/** What the tags of a rule name for one head. A tag that two templates make names the narrower of both. */
export function namingsOf(templates: readonly string[], input: TagInput): ReadonlyMap<string, TagNaming> {
  const namings = new Map<string, TagNaming>();
  for (const template of templates) {
    const naming = namingOf(template);
    for (const tag of renderTags([template], input)) {
      const before = namings.get(tag);
      if (before === undefined || before === 'neither' || naming === 'commit') namings.set(tag, naming);
    }
  }
  return namings;
}

export function ownerOf(
  naming: TagNaming,
  { ref, commit }: { readonly ref: string; readonly commit: string },
): TagOwner {
  if (naming === 'neither') return null;
  return naming === 'ref' ? ref : commit;
}

/**
 * Whether a tag stays with what it names. Different names become the same tag (`v1/2` and `v1-2`), and seven digits of a commit can be
 * made for another one: neither moves the tag of the other. A tag that names a ref is defended among protected branches and git tags;
 * other branches belong to the same people. The ref that has a tag keeps it, whichever template made it before. So does a commit, for a
 * build of before that did not note what its tags name.
 * @returns whose it is; null where it may move, as far as this is concerned
 */
export function otherOwner(
  held: HeldTag,
  wanted: { readonly owner: TagOwner; readonly ref: string; readonly commit: string },
): 'ref' | 'commit' | null {
  if (held.owner === wanted.owner) return null;
  if (isCommit(wanted.owner)) return held.commit === wanted.owner ? null : 'commit';
  if (isCommit(held.owner)) return wanted.owner === null && held.owner === wanted.commit ? null : 'commit';
  return held.zone === 'protected' && held.ref !== wanted.ref ? 'ref' : null;
}

function isCommit(owner: TagOwner): boolean {
  return owner !== null && !owner.startsWith('refs/');
}

function namingOf(template: string): TagNaming {
  if (isOfCommit(template)) return 'commit';
  const names = new Set([...template.matchAll(placeholder)].map((match) => match[1]!));
  const isWhole = ['tag', 'version', 'branch'].some((name) => names.has(name));
  return isWhole || ['major', 'minor', 'patch'].every((name) => names.has(name)) ? 'ref' : 'neither';
}
