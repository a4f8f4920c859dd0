import { isTag, sanitizeTag } from '../image/tag.js';
import { parseRef } from './parse-ref.js';

export interface TagInput {
  readonly ref: string;
  readonly commit: string;
  readonly defaultBranch: string | null;
}

const placeholder = /\{\{\s*([a-z_]+)\s*\}\}/g;
/**
 * Semantic Versioning 2.0.0 with the usual `v` before it, without build metadata: a tag cannot hold its `+`, and without it the
 * version would be that of another git tag, whose image tag would be taken.
 */
const semver = /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

export const tagPlaceholders = ['branch', 'tag', 'sha', 'version', 'major', 'minor', 'patch', 'default'] as const;
type Placeholder = (typeof tagPlaceholders)[number];

/** Whether a template names only known placeholders and could make a valid tag. */
export function isTagTemplate(template: string): boolean {
  if (template.length === 0 || template.length > 256) return false;
  const names = [...template.matchAll(placeholder)].map((match) => match[1]!);
  if (names.some((name) => !(tagPlaceholders as readonly string[]).includes(name))) return false;
  return isTag(template.replace(placeholder, 'x'));
}

/**
 * Tags of one build, in the order of the templates, without repeats. A template whose placeholder has no value for this
 * ref makes no tag: `{{version}}` on a branch or where the git tag has build metadata, `{{major}}` and its parts on a pre-release (which gets its full version only,
 * as with docker/metadata-action), and `{{default}}`, which is `latest` on the default branch only.
 */
export function renderTags(templates: readonly string[], input: TagInput): string[] {
  const values = placeholderValues(input);
  const tags = templates.map((template) => renderTag(template, values)).filter((tag) => tag !== null);
  return [...new Set(tags)];
}

function renderTag(template: string, values: Partial<Record<Placeholder, string>>): string | null {
  let missing = false;
  const text = template.replace(placeholder, (_whole, name: Placeholder) => {
    const value = values[name];
    if (value === undefined) missing = true;
    return value ?? '';
  });
  if (missing) return null;
  const tag = sanitizeTag(text);
  return isTag(tag) ? tag : null;
}

function placeholderValues(input: TagInput): Partial<Record<Placeholder, string>> {
  const ref = parseRef(input.ref);
  const values: Partial<Record<Placeholder, string>> = { sha: input.commit.slice(0, 7) };
  if (ref?.kind === 'branch') {
    values.branch = ref.name;
    if (ref.name === input.defaultBranch) values.default = 'latest';
  }
  if (ref?.kind === 'tag') {
    values.tag = ref.name;
    const match = semver.exec(ref.name);
    if (match) {
      const [, major, minor, patch, pre] = match;
      values.version = `${major}.${minor}.${patch}${pre ?? ''}`;
      if (!pre) {
        values.major = major!;
        values.minor = minor!;
        values.patch = patch!;
      }
    }
  }
  return values;
}
