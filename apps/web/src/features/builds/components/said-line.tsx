import type { Failure } from '@cooperage/contracts';
import { visibleText } from '@/lib/format/names';

/** What the failing step said of why it failed, where a step said something. */
export function SaidLine({ failure: { logLine } }: { failure: Failure }) {
  if (!logLine || logLine.text.trim() === '') return null;
  return <code className="mt-0.5 line-clamp-2 wrap-anywhere text-text">{visibleText(logLine.text.trim())}</code>;
}
