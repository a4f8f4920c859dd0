'use client';

import { useEffect, useState } from 'react';
import { ScrollBox } from '@/components/ui/scroll-box';
import { toProblemView } from '@/lib/api/problem';
import { visibleText } from '@/lib/format/names';

type Answer = { readonly text: string } | { readonly error: string };

/** Asks for a document each time it is opened, so that one that failed can be asked for again. */
export function RawText({ address }: { address: string }) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  useEffect(() => {
    const end = new AbortController();
    void answerOf(address, end.signal).then((next) => !end.signal.aborted && setAnswer(next));
    return () => end.abort();
  }, [address]);
  if (answer && 'error' in answer)
    return <p role="alert">{answer.error} Close this and open it again to ask once more.</p>;
  return (
    <ScrollBox label="Document" className="max-h-[70dvh] overflow-auto text-[12.5px]">
      <pre className="text-[12.5px]">{answer?.text ?? 'Reading'}</pre>
    </ScrollBox>
  );
}

async function answerOf(address: string, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(`/api/v1${address}`, { credentials: 'same-origin', signal });
    if (response.ok) return { text: indented(await response.text()) };
    const { title, detail } = toProblemView(await response.json().catch(() => null), response.status, '');
    return { error: detail ?? `${title}.` };
  } catch {
    return { error: 'The service did not answer.' };
  }
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return visibleText(text);
  }
}
