import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT, STATE } from '../checkout.ts';
import { readJson, writeAtomic, writeJson } from '../files/atomic-file.ts';
import { LauncherError, say } from '../output.ts';
import { scorecardPage, unknownTags, unprovenClaims } from './page.ts';
import { type NamedReport, PROVING_SUITES, type ProvingSuite, proofsOf } from './proofs.ts';

const PAGE = path.join(CHECKOUT, 'docs/scorecard.md');

export type Reports = ReadonlyMap<ProvingSuite, NamedReport>;

const keptFile = (suite: ProvingSuite) => path.join(STATE, 'last-runs', `${suite}.json`);

/** Keeps what whole suites have shown. @returns what is wrong with the committed page */
export function checkScorecard(reports: Reports): string | undefined {
  for (const [suite, report] of reports) writeJson(keptFile(suite), report);
  const proofs = proofsOf(joined([...reports.values()]), CHECKOUT);
  const unknown = unknownTags(proofs);
  if (unknown.length > 0) return `no row of the scorecard has the tag ${unknown.join(', ')}`;
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  const claims = unprovenClaims(page, proofs, [...reports.keys()]);
  if (claims.length > 0) return `docs/scorecard.md claims what this run did not show: ${claims.join(', ')}`;
  if (page !== pageOfKept()) say('· docs/scorecard.md could say more: ./cooperage scorecard makes it anew');
  return undefined;
}

/** @throws {LauncherError} where no whole run of a suite is kept */
export function writeScorecard(): void {
  writeAtomic(PAGE, pageOfKept());
}

function pageOfKept(): string {
  const kept = PROVING_SUITES.map((suite) => readJson<NamedReport>(keptFile(suite))).filter(
    (report) => report !== undefined,
  );
  if (kept.length === 0) throw new LauncherError('no run is kept here: ./cooperage test --full makes one');
  return scorecardPage(proofsOf(joined(kept), CHECKOUT));
}

function joined(reports: readonly NamedReport[]): NamedReport {
  return { testResults: reports.flatMap(({ testResults }) => testResults) };
}
