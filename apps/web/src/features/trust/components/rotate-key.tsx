'use client';

import { useState } from 'react';
import { AskFirst } from '@/components/ui/ask-first';
import { SelectField } from '@/components/ui/field';
import { send } from '@/lib/api/browser';
import { verifyUntil } from '../model/key-words';

interface RotateProps {
  readonly projectId: string;
  readonly projectSlug: string;
  /** What depends on the present key, as a sentence. */
  readonly effects: string;
}

/** A new key signs; the one before verifies until a date. What is affected is said before it is asked. */
export function RotateKey({ projectId, projectSlug, effects }: RotateProps) {
  const [days, setDays] = useState('90');
  const until = () => (days === '' ? null : verifyUntil(Number(days), Date.now()));
  return (
    <AskFirst
      label="Rotate"
      title={`Rotate the key of ${projectSlug}`}
      act="Rotate the key"
      acting="Asking"
      change={() => send('POST', `/v1/projects/${projectId}/keys/rotate`, { verifyUntil: until() })}
    >
      <ol className="list-decimal space-y-1 pl-5">
        <li>A new key is made in the control process. It signs from the next build on.</li>
        <li>The present key signs nothing more. Its signatures count until the date that you choose.</li>
        <li>After that date images that only it has signed do not verify any more. Build them again before.</li>
      </ol>
      <p className="rounded border border-line bg-sunken px-3 py-2">{effects}</p>
      <SelectField label="The present key verifies" value={days} onChange={(event) => setDays(event.target.value)}>
        <option value="30">for 30 days</option>
        <option value="90">for 90 days</option>
        <option value="365">for a year</option>
        <option value="">without an end</option>
      </SelectField>
    </AskFirst>
  );
}
