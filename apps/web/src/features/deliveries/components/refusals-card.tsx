import { Card } from '@/components/ui/card';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { visibleText } from '@/lib/format/names';
import { loadRefusals } from '../api/load-deliveries';

/** Calls that did not prove where they came from. Nothing of what they said was believed. */
export async function RefusalsCard({ projectId }: { projectId: string }) {
  const refusals = await loadRefusals(projectId);
  if (!refusals.ok) {
    return (
      <Card title="Refused calls">
        <ProblemPanel problem={refusals.problem} what="The refused calls" />
      </Card>
    );
  }
  if (refusals.value.items.length === 0) return null;
  return (
    <Card title="Refused calls">
      <ul className="divide-y divide-line">
        {refusals.value.items.map((refusal) => (
          <li key={refusal.id} className="flex flex-wrap items-baseline gap-x-4 px-3 py-1.5 text-sm">
            <Moment at={refusal.receivedAt} />
            <code className="text-bad">{refusal.code}</code>
            <span>{refusal.forge ?? 'unknown sender'}</span>
            <code className="text-text-2">{visibleText(refusal.address)}</code>
          </li>
        ))}
      </ul>
      <p className="border-t border-line px-3 py-2 text-sm text-text-2">
        Most often the secret at the git host is not one of those in the settings.
      </p>
    </Card>
  );
}
