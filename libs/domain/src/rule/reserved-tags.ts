import type { ProtectionRules } from '../cache/zone.js';
import { sanitizeTag } from '../image/tag.js';
import { matchesGlob } from './glob.js';
import type { Rule } from './rule.js';

export interface TagRules extends ProtectionRules {
  readonly rules: readonly Pick<Rule, 'enabled' | 'refKind' | 'refPattern' | 'tags'>[];
}

type Matcher = (tag: string) => boolean;

const placeholder = /\{\{\s*([a-z_]+)\s*\}\}/g;
const releaseName = 'v?\\d+(?:\\.\\d+){0,2}(?:[-.][0-9A-Za-z.-]+)?';
const isReleaseName = (text: string) => new RegExp(`^${releaseName}$`).test(text);
/** What placeholders of a git tag's template can become. `tag` is looked at by `ownsTagName`. */
const releaseParts: Readonly<Record<string, string>> = {
  version: '\\d+\\.\\d+\\.\\d+(?:-[0-9A-Za-z.-]+)?',
  major: '\\d+',
  minor: '\\d+',
  patch: '\\d+',
  tag: '(.+)',
};
/** With more of them a template is compared by its fixed text alone: what is matched here has to stay linear enough. */
const mostParts = 3;

/**
 * Whether the rules could give a tag to the build of a protected branch or of a git tag, at any time: what `{{branch}}` and
 * `{{default}}` become for protected branches, and what version templates become for releases. A tag that names a commit
 * (`{{sha}}`) is kept for nobody, since each commit has its own.
 */
export function reservedTags({ rules, ...protection }: TagRules): Matcher {
  const matchers = rules
    .filter(({ enabled }) => enabled)
    .flatMap((rule) => (rule.refKind === 'tag' ? ofReleases(rule) : ofBranches(rule, protection)));
  return (tag) => matchers.some((matches) => matches(tag));
}

type TemplateRule = TagRules['rules'][number];

function ofBranches(rule: TemplateRule, { defaultBranch, protectedBranches }: ProtectionRules): Matcher[] {
  return [...(defaultBranch === null ? [] : [defaultBranch]), ...protectedBranches].flatMap((branches) => {
    const names = sharedNames(rule.refPattern, branches);
    if (names === null) return [];
    const values = { branch: names, ...(branches === defaultBranch && { default: 'latest' }) };
    return rule.tags.flatMap((template) => {
      const text = filled(template, values);
      if (text === null) return [];
      // Between two slashes `**` may stand for nothing.
      const patterns = [text, text.replaceAll('**/', '')].map(tagPattern);
      return [(tag: string) => patterns.some((pattern) => matchesGlob(pattern, tag))];
    });
  });
}

/** The branches that both patterns can mean, as a pattern; null where there are none. Two open patterns may share some. */
function sharedNames(rulePattern: string, branches: string): string | null {
  if (!isOpen(branches)) return matchesGlob(rulePattern, branches) ? branches : null;
  if (!isOpen(rulePattern)) return matchesGlob(branches, rulePattern) ? rulePattern : null;
  return branches;
}

function ofReleases(rule: TemplateRule): Matcher[] {
  return rule.tags.flatMap((template) => {
    const names = [...template.matchAll(placeholder)].map((match) => match[1]!);
    if (names.some((name) => releaseParts[name] === undefined)) return [];
    const outline = tagPattern(template.replace(placeholder, '*'));
    if (names.length > mostParts) return [(tag: string) => matchesGlob(outline, tag)];
    const exact = new RegExp(`^${sourceOf(template)}$`);
    return [
      (tag: string) => {
        const match = matchesGlob(outline, tag) ? exact.exec(tag) : null;
        return match?.slice(1).every((name) => ownsTagName(rule.refPattern, name)) ?? false;
      },
    ];
  });
}

/** A pattern such as `v*` would keep half of all words: there a name has to look like a release too. */
function ownsTagName(refPattern: string, name: string): boolean {
  const pattern = tagPattern(refPattern);
  const fixed = pattern.search(/[*?]/);
  return matchesGlob(pattern, name) && (fixed === -1 || fixed > 1 || isReleaseName(name));
}

function sourceOf(template: string): string {
  const fixed = template.split(placeholder);
  // `split` with a group gives text and name in turn.
  return fixed.map((part, at) => (at % 2 === 0 ? escaped(sanitizeInside(part)) : releaseParts[part]!)).join('');
}

function filled(template: string, values: Readonly<Record<string, string>>): string | null {
  let missing = false;
  const text = template.replace(placeholder, (_whole, name: string) => {
    if (values[name] === undefined) missing = true;
    return values[name] ?? '';
  });
  return missing ? null : text;
}

/** A pattern of branches as a pattern of the tags that `sanitizeTag` makes of them. */
function tagPattern(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._*?-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128);
}

function sanitizeInside(text: string): string {
  return sanitizeTag(`x${text}`).slice(1);
}

function isOpen(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
