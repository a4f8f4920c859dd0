import { describe, expect, it } from 'vitest';
import { scorecardPage, unknownTags, unprovenClaims } from './page.ts';
import { type NamedReport, proofsOf } from './proofs.ts';

const run = (status: string, ...titles: readonly string[]) => {
  const assertionResults = titles.map((title) => ({ ancestorTitles: ['in a browser'], title, status }));
  const report: NamedReport = { testResults: [{ name: '/here/e2e/scenarios/a.e2e.ts', assertionResults }] };
  return proofsOf(report, '/here');
};
const follow = 'stays at the end [A coolify#7569] [A2 live line]';

describe('the scorecard', () => {
  it('is green where every test of a row passed, and names it', () => {
    const page = scorecardPage(run('passed', follow));
    expect(page).toMatch(
      /\| ✓ \| `A coolify#7569` \|.*\[in a browser\]\(\.\.\/e2e\/scenarios\/a\.e2e\.ts\): “stays at the end” \|/,
    );
    expect(page).toContain('| ✓ | `A2 live line` |');
    expect(page).toContain('| · | `A2 1 M lines` |');
  });

  it('says how many rows are green, and of many tests of one kind how many there are', () => {
    const each = ['one', 'two', 'three', 'four'].map((page) => `${page} fits [A2 360 px wide]`);
    const page = scorecardPage(run('passed', follow, ...each));
    expect(page).toMatch(/\*\*3 of \d+ rows are green\.\*\*/);
    expect(page).toContain('“one fits” and 3 more of the same kind |');
  });

  it('stays open where a test failed, or was not run', () => {
    expect(scorecardPage(run('failed', follow))).not.toContain('✓ |');
    expect(scorecardPage(run('pending', follow))).not.toContain('✓ |');
  });

  it('is refused where it claims what the run did not show', () => {
    const page = scorecardPage(run('passed', follow));
    expect(unprovenClaims(page, run('passed', follow), ['e2e'])).toEqual([]);
    expect(unprovenClaims(page, run('failed', follow), ['e2e'])).toEqual(['A2 live line', 'A coolify#7569']);
    const other = run('passed', 'another [A2 live line]', 'stays at the end [A coolify#7569]');
    expect(unprovenClaims(page, other, ['e2e'])).toEqual(['A2 live line']);
  });

  it('is not judged by a run without the suite that it rests on', () => {
    expect(unprovenClaims(scorecardPage(run('passed', follow)), run('failed', follow), ['int', 'full'])).toEqual([]);
  });

  it('may claim less than the run has shown', () => {
    expect(unprovenClaims(scorecardPage(run('passed')), run('passed', follow), ['e2e'])).toEqual([]);
  });

  it('knows a tag that no row has', () => {
    expect(unknownTags(run('passed', 'mistyped [A2 life line]'))).toEqual(['A2 life line']);
  });
});
