'use client';

import { AskFirst } from '@/components/ui/ask-first';
import { send } from '@/lib/api/browser';

interface RevokeProps {
  readonly projectId: string;
  readonly keyId: string;
  /** Has to be typed: what is revoked cannot be taken back. */
  readonly name: string;
  readonly effects: string;
  readonly tags: readonly string[];
}

/** A key that counts no more. It says what stops verifying before it is done. */
export function RevokeKey({ projectId, keyId, name, effects, tags }: RevokeProps) {
  return (
    <AskFirst
      harmful
      label="Revoke"
      title={`Revoke key ${name}`}
      act="Revoke the key"
      acting="Asking"
      typedName={name}
      change={() => send('POST', `/v1/projects/${projectId}/keys/${keyId}/revoke`)}
    >
      <p>Its signatures count no more, and its private part is destroyed. This cannot be taken back.</p>
      <p className="rounded border border-bad bg-bad-bg px-3 py-2">{effects}</p>
      {tags.length > 0 && (
        <p className="text-sm break-words">
          Tags that will not verify: <code>{tags.join(', ')}</code>
        </p>
      )}
    </AskFirst>
  );
}
