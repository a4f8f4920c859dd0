import type { Key, Project } from '@cooperage/contracts';
import { Badge, type Tone } from '@/components/ui/badge';
import { Card } from '@/components/ui/card';
import { CopyLine } from '@/components/ui/copy-line';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { loadKeys } from '../api/load-settings';

const states: Readonly<Record<Key['state'], { words: string; tone: Tone }>> = {
  creating: { words: 'being made', tone: 'wait' },
  signing: { words: 'signs', tone: 'trust' },
  verify_only: { words: 'verifies only', tone: 'plain' },
  revoked: { words: 'revoked', tone: 'bad' },
};

/** Keys that sign this project's images. Private parts never leave the control process and are shown nowhere. */
export async function KeysCard({ project }: { project: Project }) {
  const keys = await loadKeys(project.id);
  return (
    <Card id="keys" title="Signing keys">
      {!keys.ok ? (
        <ProblemPanel problem={keys.problem} what="The keys" />
      ) : keys.value.items.length === 0 ? (
        <p className="px-3 py-3 text-text-2">The first build makes the first key.</p>
      ) : (
        <ul className="divide-y divide-line">
          {keys.value.items.map((key) => (
            <li key={key.id} className="grid gap-1.5 px-3 py-2.5">
              <p className="flex flex-wrap items-center gap-x-3">
                <Badge tone={states[key.state].tone}>{states[key.state].words}</Badge>
                <span className="text-text-2">{key.algorithm}</span>
                <span className="text-text-2">
                  made <Moment at={key.createdAt} />
                </span>
              </p>
              {key.hint && (
                <p className="text-sm text-text-2">
                  hint <code className="break-all">{key.hint}</code>
                </p>
              )}
              <CopyLine text={key.publicKeyUrl} what="address of the public key" />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
