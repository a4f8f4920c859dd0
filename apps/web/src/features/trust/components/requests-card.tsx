import { Card } from '@/components/ui/card';
import { Moment } from '@/components/ui/moment';
import { shortKey } from '@/features/images/model/verdict';
import { visibleText } from '@/lib/format/names';
import { loadRequests } from '../api/load-trust';

const acts = { rotate: 'rotate key', revoke: 'revoke key', retag: 'move tag' } as const;
const states = { asked: 'under way', done: 'done', refused: 'refused' } as const;

/** What was asked of a project's keys and tags, and what came of it. */
export async function RequestsCard({ projectId }: { projectId: string }) {
  const requests = await loadRequests(projectId);
  if (!requests.ok || requests.value.items.length === 0) return null;
  return (
    <Card title="Asked of the control process">
      <ul className="divide-y divide-line">
        {requests.value.items.map((request) => (
          <li key={request.id} className="flex flex-wrap gap-x-3 px-3 py-1.5 text-sm">
            <span className="flex-1">
              {visibleText(request.askedBy)}: {acts[request.action]}{' '}
              <code>{request.keyId ? shortKey(request.keyId) : visibleText(request.tag ?? '')}</code>
            </span>
            <span className={request.state === 'refused' ? 'text-bad' : 'text-text-2'}>{states[request.state]}</span>
            <Moment at={request.createdAt} />
            {request.note && <span className="basis-full text-text-2">{visibleText(request.note)}</span>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
