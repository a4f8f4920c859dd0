import type { Proof } from './proofs.ts';
import { features, pains, type ScorecardRow } from './rows.ts';

export type Proofs = ReadonlyMap<string, readonly Proof[]>;

const intro = `# Scorecard

Each cell is green (✓) only because the named end-to-end tests passed in the last run; an open one (·) has no passing test yet.
This page is made by \`./cooperage scorecard\` from the last \`./cooperage test\`, and \`./cooperage test\` fails while the page claims
more than its run has shown. A test says in its title which row it speaks for, for example \`[A2 360 px wide]\`.`;

/** The whole page, from what the last run has shown. */
export function scorecardPage(proofs: Proofs): string {
  const part = (title: string, rows: readonly ScorecardRow[]) => [
    `## ${title}`,
    '| | row | what is promised | test |\n| --- | --- | --- | --- |',
    ...rows.map((row) => line(row, proofs.get(row.tag) ?? [])),
  ];
  const [wanted, painful] = [part('What people compare', features), part('Pains of the field', pains)];
  const rows = [...features, ...pains];
  const green = rows.filter((row) => isGreen(proofs.get(row.tag) ?? [])).length;
  const sum = `**${green} of ${rows.length} rows are green.**`;
  const table = ([title, ...lines]: readonly string[]) => `${title}\n\n${lines.join('\n')}`;
  return `${[intro, sum, table(wanted), table(painful)].join('\n\n')}\n`;
}

/** @returns tags of rows that `page` claims and these proofs do not show: not proven any more, or by other tests. */
export function unprovenClaims(page: string, proofs: Proofs): string[] {
  const lines = new Set(page.split('\n'));
  return [...features, ...pains]
    .filter((row) => page.includes(`| ✓ | \`${row.tag}\` |`) && !lines.has(line(row, proofs.get(row.tag) ?? [])))
    .map((row) => row.tag);
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
  const named = tests.slice(0, tests.length > namedTests ? 1 : namedTests).map(({ title }) => `“${title}”`);
  const more = tests.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more of the same kind` : ''}`;
}

/** Tags that tests carry and no row has: a typing error must not pass for a proof. */
export function unknownTags(proofs: Proofs): string[] {
  const known = new Set([...features, ...pains].map((row) => row.tag));
  return [...proofs.keys()].filter((tag) => !known.has(tag));
}
