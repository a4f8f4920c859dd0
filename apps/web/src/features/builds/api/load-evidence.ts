import 'server-only';
import { decodeLogEntries, type LogEntry } from '@cooperage/domain/predicates';
import { withQuery } from '@/lib/api/list';
import { request } from '@/lib/api/server';
import { LogDocument } from '../../log/model/log-document';

/** Most lines of evidence that a cause card shows. */
const evidenceLines = 10;
/** Ranges of at most 4 MiB that are read for it; the end of a longer log is left to the log itself. */
const mostRanges = 5;
const rangeBytes = 4_194_304;

/** The last lines of the step that failed; null when they are beyond what is read for a card, or there are none. */
export async function loadEvidence(buildId: string, attempt: number, step: number): Promise<readonly string[] | null> {
  const log = new LogDocument();
  let from = 0;
  for (let range = 0; range < mostRanges; range++) {
    const response = await request(withQuery(`/builds/${buildId}/log/entries`, { attempt, from, limit: rangeBytes }));
    if (!response?.ok) return null;
    const entries = decode(new Uint8Array(await response.arrayBuffer()));
    log.append(entries.filter((entry) => entry.step === step));
    const next = Number(response.headers.get('x-log-next'));
    if (entries.length === 0) return lastLines(log, step);
    if (!(next > from)) return null;
    from = next;
  }
  return null;
}

function decode(bytes: Uint8Array): LogEntry[] {
  try {
    return decodeLogEntries(bytes);
  } catch {
    return [];
  }
}

function lastLines(log: LogDocument, ordinal: number): readonly string[] | null {
  const step = log.find(ordinal);
  if (!step || step.count === 0) return null;
  const first = Math.max(0, step.count - evidenceLines);
  const lines = Array.from({ length: step.count - first }, (_, index) => step.line(first + index)?.text ?? '');
  return lines.some((line) => line.trim() !== '') ? lines : null;
}
