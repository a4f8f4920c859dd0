import { type Proof, type ProvingSuite, suiteOf } from './proofs.ts';
import { features, load, pains, type ScorecardRow } from './rows.ts';

export type Proofs = ReadonlyMap<string, readonly Proof[]>;

const intro = `# Scorecard

Each cell is green (✓) only because the named tests passed in the last run; an open one (·) has no passing test yet. Only tests with real
services and real processes count. This page is made by \`./cooperage scorecard\` from the last \`./cooperage test --full\`, and
\`./cooperage test\` fails while the page claims more than its run has shown. A test says in its title which row it speaks for, for example
\`[A2 360 px wide]\`.`;

const parts: readonly (readonly [title: string, rows: readonly ScorecardRow[]])[] = [
  ['What people compare', features],
  ['Pains of the field', pains],
  ['Load, isolation and limits', load],
];
const allRows = parts.flatMap(([, rows]) => rows);

/** The whole page, from what the last run has shown. */
export function scorecardPage(proofs: Proofs): string {
  const part = (title: string, rows: readonly ScorecardRow[]) => [
    `## ${title}`,
    '| | row | what is promised | test |\n| --- | --- | --- | --- |',
    ...rows.map((row) => line(row, proofs.get(row.tag) ?? [])),
  ];
  const green = allRows.filter((row) => isGreen(proofs.get(row.tag) ?? [])).length;
  const sum = `**${green} of ${allRows.length} rows are green.**`;
  const table = ([title, ...lines]: readonly string[]) => `${title}\n\n${lines.join('\n')}`;
  return `${[intro, sum, ...parts.map(([title, rows]) => table(part(title, rows)))].join('\n\n')}\n`;
}

/**
 * @param ran suites that this run had whole; what rests on another one is not judged
 * @returns tags of rows that `page` claims and these proofs do not show: not proven any more, or by other tests.
 */
export function unprovenClaims(page: string, proofs: Proofs, ran: readonly ProvingSuite[]): string[] {
  const lines = page.split('\n');
  return allRows.flatMap(({ tag, ...row }) => {
    const claim = lines.find((text) => text.startsWith(`| ✓ | \`${tag}\` |`));
    if (!claim || !filesOf(claim).every((file) => ran.includes(suiteOf(file)))) return [];
    return claim === line({ tag, ...row }, proofs.get(tag) ?? []) ? [] : [tag];
  });
}

/** Test files to which a row links. */
function filesOf(claim: string): string[] {
  return [...claim.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file = '']) => file);
}

/** Whether there are tests and every one of them passed. */
function isGreen(proofs: readonly Proof[]): boolean {
  return proofs.length > 0 && proofs.every((proof) => proof.passed);
}

function line(row: ScorecardRow, proofs: readonly Proof[]): string {
  const green = isGreen(proofs);
  const promise = row.because ? `${row.promise}; elsewhere ${row.because}` : row.promise;
  const test = green ? proofText(proofs) : proofs.length > 0 ? 'did not pass' : 'none yet';
  return `| ${green ? '✓' : '·'} | \`${row.tag}\` | ${promise} | ${test} |`;
}

/** So many tests of one group are named; of more, such as one for each page, the first stands for all. */
const namedTests = 3;

function proofText(proofs: readonly Proof[]): string {
  const groups = Map.groupBy(proofs, ({ file, group }) => `[${group}](../${file})`);
  return [...groups].map(([link, tests]) => `${link}: ${titles(tests)}`).join('<br>');
}

function titles(tests: readonly Proof[]): string {
  // Of two engines one test speaks twice.
  const distinct = [...new Set(tests.map(({ title }) => title))];
  const named = distinct.slice(0, distinct.length > namedTests ? 1 : namedTests).map((title) => `“${title}”`);
  const more = distinct.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more of the same kind` : ''}`;
}

/** Tags that tests carry and no row has: a typing error must not pass for a proof. */
export function unknownTags(proofs: Proofs): string[] {
  const known = new Set(allRows.map((row) => row.tag));
  return [...proofs.keys()].filter((tag) => !known.has(tag));
}
