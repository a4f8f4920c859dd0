import type { Rule } from '@cooperage/contracts';
import { ActWithUndo } from '@/components/ui/act-with-undo';
import { Badge } from '@/components/ui/badge';
import { DeleteButton } from '@/components/ui/delete-button';
import { visibleText } from '@/lib/format/names';
import { shownPatterns } from '../model/shown-patterns';
import { EditRule } from './edit-rule';

const cacheWords = {
  zone: '',
  protected_only: ', made with protected caches only',
  none: ', made without any cache',
} as const satisfies Record<Rule['cachePolicy'], string>;

/** A rule as a sentence. */
export function RuleRow({ rule, defaultBranch }: { rule: Rule; defaultBranch: string }) {
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 px-3 py-2">
      <div className="min-w-0 flex-1 basis-80">
        <p className="font-medium">
          {visibleText(rule.name)} {!rule.enabled && <Badge tone="wait">switched off</Badge>}
        </p>
        <p className="text-text-2">
          A push to {rule.refKind === 'branch' ? 'branch' : 'tag'} <Globs globs={[rule.refPattern]} />
          {rule.includePaths.length > 0 && (
            <>
              {' '}
              that changes <Globs globs={rule.includePaths} />
            </>
          )}
          {rule.excludePaths.length > 0 && (
            <>
              , not only <Globs globs={rule.excludePaths} />,
            </>
          )}{' '}
          becomes <Globs globs={rule.tags} />
          {cacheWords[rule.cachePolicy]}.
        </p>
      </div>
      <div className="flex gap-1">
        <SwitchRule rule={rule} />
        <EditRule projectId={rule.projectId} defaultBranch={defaultBranch} rule={rule} />
        <DeleteButton
          address={`/projects/${rule.projectId}/rules/${rule.id}`}
          what={`the rule “${rule.name}”`}
          consequence="Pushes that only this rule matched start no build any more. Builds and tags stay."
        />
      </div>
    </li>
  );
}

/** Switched at once: what it did before is one key away. */
function SwitchRule({ rule }: { rule: Rule }) {
  const address = `/projects/${rule.projectId}/rules/${rule.id}`;
  const verb = rule.enabled ? 'Switch off' : 'Switch on';
  return (
    <ActWithUndo
      act={{ method: 'PATCH', address, body: { enabled: !rule.enabled } }}
      undo={{ method: 'PATCH', address, body: { enabled: rule.enabled } }}
      done={`The rule “${visibleText(rule.name)}” is switched ${rule.enabled ? 'off' : 'on'}`}
      label={`${verb} the rule “${rule.name}”`}
    >
      {verb}
    </ActWithUndo>
  );
}

function Globs({ globs }: { globs: readonly string[] }) {
  const { text, left } = shownPatterns(globs);
  return (
    <>
      <code className="break-words">{text}</code>
      {left > 0 && ` and ${left} more`}
    </>
  );
}
