import type { DeliveryView, Project } from '@cooperage/contracts';
import { Card, Fact, Facts } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { deliveryPath } from '@/lib/address/paths';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { Decision } from './decision';
import { ReplayButton } from './replay-button';
import { VerdictList } from './verdict-list';

export interface DeliveryDetail extends DeliveryView {
  readonly headers: Record<string, string>;
  readonly body: string;
}

export function DeliveryPage({ project, delivery }: { project: Project; delivery: DeliveryDetail }) {
  const tookMs = delivery.evaluatedAt && Date.parse(delivery.evaluatedAt) - Date.parse(delivery.receivedAt);
  const waits = delivery.status === 'received' || delivery.status === 'evaluating';
  return (
    <>
      <LiveRefresh scopes={[{ projectId: project.id }]} tickMs={waits ? 1500 : 0} />
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold tracking-tight break-words">
            {visibleText(delivery.eventName)} <span className="font-normal text-text-2">from {delivery.forge}</span>
          </h1>
          <p className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-text-2">
            <Decision project={project} delivery={delivery} />
            <Moment at={delivery.receivedAt} />
            {typeof tookMs === 'number' && (
              <span className="tabular-nums">looked at within {formatDuration(tookMs)}</span>
            )}
          </p>
        </div>
        <ReplayButton id={delivery.id} project={{ organizationSlug: project.organizationSlug, slug: project.slug }} />
      </header>
      <Card title="Verdict of each rule">
        <VerdictList project={project} verdicts={delivery.verdicts} />
      </Card>
      <Card title="The call">
        <Facts>
          <Fact name="Proof">{delivery.proof}</Fact>
          <Fact name="Id at the host">
            <code className="break-all">{visibleText(delivery.deliveryId)}</code>
          </Fact>
          <Fact name="Ref">
            {delivery.ref ? <code className="break-all">{visibleText(delivery.ref)}</code> : 'none'}
          </Fact>
          <Fact name="Before">
            {delivery.before ? <code className="break-all">{delivery.before}</code> : 'nothing: the ref is new'}
          </Fact>
          <Fact name="After">
            {delivery.after ? <code className="break-all">{delivery.after}</code> : 'nothing: the ref is gone'}
          </Fact>
          <Fact name="Sender">{delivery.sender ? visibleText(delivery.sender) : 'not named'}</Fact>
          {delivery.replayOf && (
            <Fact name="Replay of">
              <Link href={deliveryPath(project, delivery.replayOf)} className={textLinkClass}>
                an earlier delivery
              </Link>
            </Fact>
          )}
        </Facts>
      </Card>
      <Card title="Headers">
        <Facts>
          {Object.entries(delivery.headers).map(([name, value]) => (
            <Fact key={name} name={visibleText(name)}>
              <code className="break-all">{visibleText(value)}</code>
            </Fact>
          ))}
        </Facts>
      </Card>
      <Card title="Body">
        <pre className="max-h-[60dvh] overflow-auto px-3 py-2.5">{bodyText(delivery.body)}</pre>
      </Card>
    </>
  );
}

/** JSON is laid out for reading; anything else stands as it came. */
function bodyText(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
