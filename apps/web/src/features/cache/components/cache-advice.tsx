import type { CacheChoiceAdvice, Project } from '@cooperage/contracts';
import { ActWithUndo } from '@/components/ui/act-with-undo';
import { Card } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { publicOrigin } from '@/lib/address/public-origin';
import { curlCall } from '@/lib/format/shell';
import { adviceChange, adviceWords } from '../model/advice-words';

interface CacheAdviceProps {
  readonly project: Project;
  readonly advice: readonly CacheChoiceAdvice[];
}

/** What would earn more by the numbers of this page, each with the one click that sets it. Nothing where they are too few. */
export async function CacheAdvice({ project, advice }: CacheAdviceProps) {
  if (advice.length === 0) return null;
  const origin = await publicOrigin();
  const path = `/projects/${project.id}`;
  return (
    <Card title="What would earn more">
      <ul>
        {advice.map((each) => {
          const { label, done, body, undo } = adviceChange(each, project);
          return (
            <li key={each.kind} className="grid gap-2 border-b border-line px-3 py-3 last:border-b-0">
              <p className="max-w-[80ch]">{adviceWords(each, project)}</p>
              <div className="flex flex-wrap items-center gap-2">
                <ActWithUndo
                  act={{ method: 'PATCH', address: path, body }}
                  undo={{ method: 'PATCH', address: path, body: undo }}
                  done={done}
                  look="plain"
                >
                  {label}
                </ActWithUndo>
                <CopyButton
                  text={curlCall(origin, { method: 'PATCH', path, body })}
                  label="Copy as command"
                  name={`Copy as command: ${label}`}
                  what="command"
                  always
                />
              </div>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
