import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Outcome, Report } from './report.js';

/** Keeps the numbers of a commit, the parts of our time among them. @returns the file's path */
export async function storeReport(folder: string, report: Report, outcomes: readonly Outcome[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  const breakdowns = outcomes.flatMap((outcome) => ('measured' in outcome ? (outcome.measured.breakdowns ?? []) : []));
  const file = path.join(folder, `${report.bench}-${report.machine.commit}.json`);
  await writeFile(`${file}.part`, `${JSON.stringify({ ...report, breakdowns }, null, 2)}\n`);
  await rename(`${file}.part`, file);
  return file;
}
