import type { ProtectionRules } from '../cache/zone.js';
import type { Sliced } from '../share/in-turns.js';
import { isOfCommit, shortCommit, someCommit, withoutCommit } from './commit-tags.js';
import { compileGlob, fixedStart } from './glob.js';
import { MatchWork, TooMuchWork } from './match-work.js';
import type { Rule } from './rule.js';
import { commitMark, isOpen, sanitizeInside, tagPattern, tagPatterns } from './tag-pattern.js';

export interface TagRules extends ProtectionRules {
  readonly rules: readonly Pick<Rule, 'enabled' | 'refKind' | 'refPattern' | 'tags'>[];
}

type Matcher = (tag: string) => boolean;

/** Names by a pattern, and as the tags that they become. */
interface ProtectedNames {
  readonly pattern: string;
  readonly matches: Matcher;
}

const placeholder = /\{\{\s*([a-z_]+)\s*\}\}/g;
const releaseName = /^v?\d+(?:\.\d+){0,2}(?:[-.][0-9A-Za-z.-]+)?$/;
/** What placeholders of a git tag's template can become. `tag` is looked at by `tagNames`. */
const releaseParts: Readonly<Record<string, string>> = {
  version: '\\d+\\.\\d+\\.\\d+(?:-[0-9A-Za-z.-]+)?',
  major: '\\d+',
  minor: '\\d+',
  patch: '\\d+',
  tag: '(.+)',
  sha: shortCommit,
};
/** With more of them a template is compared by its fixed text alone: what is matched here has to stay cheap enough. */
const mostParts = 3;
/** For each character of a regular expression. */
const stepsToMake = 16;
/** Steps of comparing for one tag: some hundredths of a second. */
const mostSteps = 2_000_000;

/** Whether a tag is kept for protected branches and releases, or for a commit of theirs. What takes too much work to tell is kept too. */
export function* isReservedTag(tag: string, rules: TagRules): Sliced<boolean> {
  try {
    const reserved = yield* ReservedTags.of(rules, new MatchWork(mostSteps));
    return (yield* reserved.has(tag)) || (yield* reserved.namesCommit(tag));
  } catch (error) {
    if (error instanceof TooMuchWork) return true;
    throw error;
  }
}

/**
 * Whether the rules could give a tag to the build of a protected branch or of a protected git tag, at any time: what `{{branch}}` and
 * `{{default}}` become for protected branches, and what version templates become for releases. A tag that may name a commit
 * (`{{sha}}`) is asked for apart: a branch called like a commit may not have it, and the build of another commit has its own.
 *
 * Made once for all tags of a delivery: 100 rules, 20 templates each and 51 protected branches are 100,000 patterns. All that is
 * made is counted, and protected git tags are made ready once for all rules: what is kept stays some MiB.
 */
export class ReservedTags {
  /** Without wildcards, as nearly all are. */
  private readonly names = new Set<string>();
  private readonly patterns = new Set<string>();
  private readonly releases = new Map<string, Matcher>();
  private readonly commitReleases = new Map<string, Matcher>();
  private protectedTags: readonly ProtectedNames[] | undefined;
  /** Of patterns, made for the first tag: most projects ask for none. */
  private matchers: { readonly names: readonly Matcher[]; readonly commits: readonly Matcher[] } | undefined;
  private readonly answers = new Map<string, boolean>();

  private constructor(private readonly work: MatchWork) {}

  /** @throws {TooMuchWork} beyond the bound of `work`, which counts for all that is asked later too */
  static *of({ rules, ...protection }: TagRules, work: MatchWork): Sliced<ReservedTags> {
    const tags = new ReservedTags(work);
    for (const rule of rules) {
      if (!rule.enabled) continue;
      if (rule.refKind === 'tag') yield* tags.addReleases(rule, protection);
      else yield* tags.addBranches(rule, protection);
    }
    return tags;
  }

  /** @throws {TooMuchWork} */
  *has(tag: string): Sliced<boolean> {
    const known = this.answers.get(tag);
    if (known !== undefined) return known;
    let isReserved = this.names.has(tag);
    if (!isReserved) isReserved = yield* this.someMatch((yield* this.open()).names, tag);
    this.answers.set(tag, isReserved);
    return isReserved;
  }

  /** Whether a template with `{{sha}}` could make it of some commit. @throws {TooMuchWork} */
  *namesCommit(tag: string): Sliced<boolean> {
    const { commits } = yield* this.open();
    if (yield* this.someMatch([...this.commitReleases.values()], tag)) return true;
    for (const text of withoutCommit(tag)) {
      this.work.spend(32);
      if (this.names.has(text) || (yield* this.someMatch(commits, text))) return true;
    }
    return false;
  }

  private *someMatch(matchers: readonly Matcher[], text: string): Sliced<boolean> {
    for (const matches of matchers) {
      if (this.work.isSliceOver()) yield;
      if (matches(text)) return true;
    }
    return false;
  }

  private *open(): Sliced<NonNullable<ReservedTags['matchers']>> {
    if (this.matchers) return this.matchers;
    const [names, commits] = [[...this.releases.values()], [] as Matcher[]];
    for (const pattern of this.patterns) {
      if (this.work.isSliceOver()) yield;
      this.work.spend(32);
      (pattern.includes(someCommit) ? commits : names).push(compileGlob(pattern, this.work));
    }
    this.matchers = { names, commits };
    return this.matchers;
  }

  private *addBranches(rule: TemplateRule, { defaultBranch, protectedBranches }: ProtectionRules): Sliced<void> {
    const all = [...(defaultBranch === null ? [] : [defaultBranch]), ...protectedBranches];
    for (const branches of all) {
      if (this.work.isSliceOver()) yield;
      const names = this.sharedNames(rule.refPattern, branches);
      if (names === null) continue;
      const values = { branch: names, sha: commitMark, ...(branches === defaultBranch && { default: 'latest' }) };
      for (const template of rule.tags) {
        const text = filled(template, values);
        if (text === null) continue;
        this.spendOn(text);
        for (const pattern of tagPatterns(text)) this.addPattern(pattern);
        if (this.work.isSliceOver()) yield;
      }
    }
  }

  private *addReleases(rule: TemplateRule, { protectedTags }: ProtectionRules): Sliced<void> {
    this.protectedTags ??= yield* this.namesOf(protectedTags);
    const areProtected: Matcher[] = [];
    for (const { pattern, matches } of this.protectedTags) {
      if (this.work.isSliceOver()) yield;
      if (this.sharedNames(rule.refPattern, pattern) !== null) areProtected.push(matches);
    }
    if (areProtected.length === 0) return;
    const isOfRule = this.tagNames(rule.refPattern);
    const isName = (name: string) => isOfRule(name) && areProtected.some((matches) => matches(name));
    for (const template of rule.tags) {
      this.spendOn(template);
      const matcher = this.ofRelease(template, isName);
      // Which names a template makes depends on the rule that it is of.
      const releases = isOfCommit(template) ? this.commitReleases : this.releases;
      if (matcher) releases.set(`${template}\n${rule.refPattern}`, matcher);
      if (this.work.isSliceOver()) yield;
    }
  }

  private *namesOf(patterns: readonly string[]): Sliced<ProtectedNames[]> {
    const names: ProtectedNames[] = [];
    for (const pattern of patterns) {
      if (this.work.isSliceOver()) yield;
      names.push({ pattern, matches: this.someOf(tagPatterns(pattern), (form) => this.compiled(form)) });
    }
    return names;
  }

  private someOf(forms: Iterable<string>, make: (form: string) => Matcher): Matcher {
    const matchers = Array.from(forms, make);
    return (name) => matchers.some((matches) => matches(name));
  }

  private compiled(pattern: string): Matcher {
    this.work.spend(64 + pattern.length);
    return compileGlob(pattern, this.work);
  }

  private addPattern(pattern: string): void {
    if (!isOpen(pattern)) this.names.add(pattern);
    else if (!this.patterns.has(pattern)) {
      // A set of very many grows in one long step.
      this.work.spend(512);
      this.patterns.add(pattern);
    }
  }

  /** The names that both patterns can mean, as a pattern; null where there are none. Two open patterns may share some. */
  private sharedNames(rulePattern: string, branches: string): string | null {
    this.work.spend(32 + Math.ceil((rulePattern.length + branches.length) / 8));
    const matches = (pattern: string, name: string) => compileGlob(pattern, this.work)(name);
    if (!isOpen(branches)) return matches(rulePattern, branches) ? branches : null;
    if (!isOpen(rulePattern)) return matches(branches, rulePattern) ? rulePattern : null;
    const [one, other] = [fixedStart(rulePattern), fixedStart(branches)];
    return one.startsWith(other) || other.startsWith(one) ? branches : null;
  }

  /** @param isName whether it can be the name of a protected git tag that the rule is for */
  private ofRelease(template: string, isName: Matcher): Matcher | null {
    const names = [...template.matchAll(placeholder)].map((match) => match[1]!);
    if (names.some((name) => releaseParts[name] === undefined)) return null;
    const isOutlined = this.compiled(tagPattern(template.replace(placeholder, '*')));
    if (names.length > mostParts) return isOutlined;
    let exact: RegExp | undefined;
    return (tag) => {
      if (!isOutlined(tag)) return false;
      exact ??= this.expression(template);
      // The longest way of such an expression: each part ends at each place.
      this.work.spend(Math.ceil(tag.length ** names.length / 8));
      return exact.exec(tag)?.slice(1).every(isName) ?? false;
    };
  }

  private expression(template: string): RegExp {
    const source = `^${sourceOf(template)}$`;
    this.work.spend(source.length * stepsToMake);
    return new RegExp(source);
  }

  /** A pattern such as `v*` would keep half of all words: there a name has to look like a release too. */
  private tagNames(refPattern: string): Matcher {
    return this.someOf(tagPatterns(refPattern), (form) => {
      const fixed = form.search(/[*?]/);
      const matches = this.compiled(form);
      return (name) => matches(name) && (fixed === -1 || fixed > 1 || releaseName.test(name));
    });
  }

  /** Some passes over a text, each many times quicker than a step. */
  private spendOn(text: string): void {
    this.work.spend(32 + Math.ceil(text.length / 2));
  }
}

type TemplateRule = TagRules['rules'][number];

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

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
