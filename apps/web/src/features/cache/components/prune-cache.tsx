import type { CachePrunePreview } from '@cooperage/contracts';
import { zones } from '@cooperage/domain/predicates';
import { Button, buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { SelectField, TextField } from '@/components/ui/field';
import { Link } from '@/components/ui/link';
import { ProblemPanel } from '@/components/ui/states';
import { publicOrigin } from '@/lib/address/public-origin';
import { changeQuery, one, type PageQuery } from '@/lib/address/query';
import type { Result } from '@/lib/api/problem';
import { curlCommand } from '@/lib/format/shell';
import { prunePreviewAddress, pruneRuleOf } from '../api/load-cache-prune';
import { PruneNow } from './prune-now';
import { PrunePreview } from './prune-preview';

interface PruneCacheProps {
  readonly projectId: string;
  readonly path: string;
  readonly query: PageQuery;
  readonly preview: Result<CachePrunePreview> | null;
}

const parameters = ['prune', 'pruneZone', 'pruneRef', 'pruneDays'] as const;

/** Where somebody is who has begun to say what goes; what the filter of the list says is where one begins. */
export function openPrune(path: string, query: PageQuery): string {
  const begun = { pruneZone: one(query, 'zone'), pruneRef: one(query, 'q'), pruneDays: null };
  return `${changeQuery(path, query, { prune: '1', cursor: null, ...begun })}#prune`;
}

/** A rule, what it would delete and whom that costs something, and the button that does it. */
export async function PruneCache({ projectId, path, query, preview }: PruneCacheProps) {
  const rule = pruneRuleOf(query);
  const origin = await publicOrigin();
  const close = (
    <Link
      href={changeQuery(path, query, Object.fromEntries(parameters.map((name) => [name, null])))}
      className={buttonClass()}
    >
      Close
    </Link>
  );
  return (
    <Card title="Delete caches by a rule" aside={close} id="prune">
      <p className="max-w-[80ch] px-3 pt-3 text-text-2">
        All that you say has to fit. What the default branch left, which the builds of every ref read, goes only by its
        full ref, for example <code>refs/heads/main</code>. Builders keep what they themselves still have.
      </p>
      <RuleForm path={path} query={query} isFresh={preview === null} />
      {rule && preview && (
        <>
          <div className="flex justify-end px-3">
            <CopyButton
              text={curlCommand(origin, prunePreviewAddress(projectId, rule))}
              label="Copy the preview as a command"
              what="command"
              always
            />
          </div>
          {!preview.ok ? (
            <ProblemPanel problem={preview.problem} what="What would go" />
          ) : (
            <>
              <PrunePreview preview={preview.value} />
              {preview.value.references > 0 && (
                <PruneNow projectId={projectId} origin={origin} rule={rule} preview={preview.value} />
              )}
            </>
          )}
        </>
      )}
    </Card>
  );
}

function RuleForm({ path, query, isFresh }: Pick<PruneCacheProps, 'path' | 'query'> & { isFresh: boolean }) {
  return (
    <form action={`${path}#prune`} className="flex flex-wrap items-end gap-2 px-3 py-3">
      {['entry', 'step', 'by', 'zone', 'q', 'sort'].map((name) => {
        const value = one(query, name);
        return value === null ? null : <input key={name} type="hidden" name={name} value={value} />;
      })}
      <input type="hidden" name="prune" value="1" />
      <SelectField label="Zone" name="pruneZone" defaultValue={one(query, 'pruneZone') ?? ''}>
        <option value="">Every zone</option>
        {zones.map((zone) => (
          <option key={zone} value={zone}>
            {zone}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Part of the ref"
        name="pruneRef"
        maxLength={1024}
        // Who came by a key goes on from here.
        autoFocus={isFresh}
        defaultValue={one(query, 'pruneRef') ?? ''}
      />
      <TextField
        label="Days without a use"
        name="pruneDays"
        type="number"
        min={1}
        max={3650}
        placeholder="any"
        defaultValue={one(query, 'pruneDays') ?? ''}
      />
      <Button type="submit">Show what goes</Button>
    </form>
  );
}
