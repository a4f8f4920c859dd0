import { useState } from 'react';
import { TextField } from '@/components/ui/field';
import { TagList } from '@/features/builds/components/build-facts';
import { previewRule, type RuleDraft } from '../model/rule-preview';

/** Type any ref, and see what would come of a push to it, before anything is saved. */
export function RulePreview({ draft, defaultBranch }: { draft: RuleDraft; defaultBranch: string }) {
  const [ref, setRef] = useState(defaultBranch);
  const verdict = previewRule(draft, ref, defaultBranch);
  return (
    <div className="grid gap-1.5 rounded border border-line bg-sunken p-3">
      <TextField label="Try it with" mono value={ref} onChange={(event) => setRef(event.target.value)} />
      <p aria-live="polite" className="text-sm">
        {verdict.matched ? (
          <>
            <span className="text-good">starts a build</span> with <TagList tags={verdict.tags} limit={20} />
          </>
        ) : (
          <span className="text-text-2">starts nothing: {verdict.explanation}</span>
        )}
      </p>
    </div>
  );
}
