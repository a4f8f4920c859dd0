import type { RetentionPreviewView } from '@cooperage/contracts';
import { Button } from '@/components/ui/button';
import { Fact, Facts } from '@/components/ui/card';
import { TextField } from '@/components/ui/field';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { one, type PageQuery } from '@/lib/address/query';
import type { Result } from '@/lib/api/problem';
import { formatBytes } from '@/lib/format/bytes';
import { selectedLabel } from '../model/retention-labels';

interface RetentionPreviewProps {
  readonly organizationId: string;
  readonly query: PageQuery;
  readonly preview: Result<RetentionPreviewView>;
}

const fields = [
  ['buildDays', 'Builds, days'],
  ['logDays', 'Logs, days'],
  ['deliveryDays', 'Deliveries, days'],
] as const;

/** A dry run: what values would delete, beyond what is scheduled already. Nothing is changed. */
export function RetentionPreview({ organizationId, query, preview }: RetentionPreviewProps) {
  return (
    <div className="grid">
      <form action="/settings/retention#preview" className="flex flex-wrap items-end gap-2 px-3 pt-3">
        <input type="hidden" name="organization" value={organizationId} />
        {fields.map(([name, label]) => (
          <TextField
            key={name}
            label={label}
            name={name}
            type="number"
            min={0}
            max={3650}
            placeholder="as set"
            defaultValue={one(query, name) ?? ''}
          />
        ))}
        <Button type="submit">Preview</Button>
      </form>
      {!preview.ok ? (
        <ProblemPanel problem={preview.problem} what="The dry run" />
      ) : preview.value.kinds.length === 0 ? (
        <p className="px-3 pt-3 text-text-2">Everything is kept forever.</p>
      ) : (
        <Facts>
          {preview.value.kinds.map((kind) => (
            <Fact key={kind.kind} name={{ build: 'Builds', log: 'Logs', delivery: 'Deliveries' }[kind.kind]}>
              {kind.count === 0 ? (
                'nothing'
              ) : (
                <>
                  {selectedLabel(kind)}, {formatBytes(kind.bytes)}
                  {kind.oldestAt && (
                    <>
                      , the oldest <Moment at={kind.oldestAt} />
                    </>
                  )}
                </>
              )}
            </Fact>
          ))}
        </Facts>
      )}
      <p className="max-w-[80ch] px-3 py-3 text-sm text-text-2">
        Always kept: builds in progress, images that tags point to, builds of stored images, and the last successful
        build of each ref with its log.
      </p>
    </div>
  );
}
