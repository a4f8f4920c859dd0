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
  const table = ([title, ...lines]: readonly string[]) => `${title}\n\n${lines.join('\n')}`;
  return `${[intro, table(wanted), table(painful)].join('\n\n')}\n`;
}

/** @returns tags of rows that `page` claims and these proofs do not show: not proven any more, or by other tests. */
export function unprovenClaims(page: string, proofs: Proofs): string[] {
  const lines = new Set(page.split('\n'));
  return [...features, ...pains]
    .filter((row) => page.includes(`| ✓ | \`${row.tag}\` |`) && !lines.has(line(row, proofs.get(row.tag) ?? [])))
    .map((row) => row.tag);
}

/** A row is green only if it has tests and every one of them passed. */
function line(row: ScorecardRow, proofs: readonly Proof[]): string {
  const green = proofs.length > 0 && proofs.every((proof) => proof.passed);
  const promise = row.because ? `${row.promise}; elsewhere ${row.because}` : row.promise;
  const test = green ? proofText(proofs) : (row.open ?? (proofs.length > 0 ? 'did not pass' : 'none yet'));
  return `| ${green ? '✓' : '·'} | \`${row.tag}\` | ${promise} | ${test} |`;
}

/** Many tests of one group are told by their number: one for each page, for instance. */
function proofText(proofs: readonly Proof[]): string {
  const groups = Map.groupBy(proofs, ({ file, group }) => `[${group}](../${file})`);
  return [...groups]
    .map(([link, { length, 0: first }]) => `${link}: ${length > 1 ? `${length} tests` : first?.title}`)
    .join('<br>');
}

/** Tags that tests carry and no row has: a typing error must not pass for a proof. */
export function unknownTags(proofs: Proofs): string[] {
  const known = new Set([...features, ...pains].map((row) => row.tag));
  return [...proofs.keys()].filter((tag) => !known.has(tag));
}
