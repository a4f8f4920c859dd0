import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT, STATE } from '../checkout.ts';
import { readJson, writeAtomic, writeJson } from '../files/atomic-file.ts';
import { LauncherError, say } from '../output.ts';
import { scorecardPage, unknownTags, unprovenClaims } from './page.ts';
import { type NamedReport, proofsOf } from './proofs.ts';

const PAGE = path.join(CHECKOUT, 'docs/scorecard.md');
const LAST_RUN = path.join(STATE, 'last-end-to-end-run.json');

/** Keeps what a whole end-to-end run has shown. @returns what is wrong with the committed page */
export function checkScorecard(report: NamedReport): string | undefined {
  writeJson(LAST_RUN, report);
  const proofs = proofsOf(report, CHECKOUT);
  const unknown = unknownTags(proofs);
  if (unknown.length > 0) return `no row of the scorecard has the tag ${unknown.join(', ')}`;
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  const claims = unprovenClaims(page, proofs);
  if (claims.length > 0) return `docs/scorecard.md claims what this run did not show: ${claims.join(', ')}`;
  if (page !== scorecardPage(proofs)) say('· docs/scorecard.md could say more: ./cooperage scorecard makes it anew');
  return undefined;
}

/** @throws {LauncherError} where no whole end-to-end run is kept */
export function writeScorecard(): void {
  const report = readJson<NamedReport>(LAST_RUN);
  if (!report) throw new LauncherError('no end-to-end run is kept here: ./cooperage test --only e2e makes one');
  writeAtomic(PAGE, scorecardPage(proofsOf(report, CHECKOUT)));
}
