import type { DeliveryView, Project } from '@cooperage/contracts';
import { buttonClass, Key } from '@/components/ui/button';
import { Card, Fact, Facts } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { deliveryPath } from '@/lib/address/paths';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { maskedHeaders } from '../model/curl-of-delivery';
import { BodyCard } from './body-card';
import { CallCard } from './call-card';
import { CopyCall } from './copy-call';
import { Decision } from './decision';
import { DryRunCard } from './dry-run-card';
import { ReplayButton } from './replay-button';
import { VerdictList } from './verdict-list';

export interface DeliveryDetail extends DeliveryView {
  readonly headers: Record<string, string>;
  /** The first part of the body. */
  readonly body: string;
  readonly bodyBytes: number;
  readonly bodyTruncated: boolean;
}

export interface DeliveryPageProps {
  readonly project: Project;
  readonly delivery: DeliveryDetail;
  /** Whether to show what today's rules would make of it. */
  readonly dryRun: boolean;
}

export function DeliveryPage({ project, delivery, dryRun }: DeliveryPageProps) {
  const masked = maskedHeaders(delivery.headers);
  const tookMs = delivery.evaluatedAt && Date.parse(delivery.evaluatedAt) - Date.parse(delivery.receivedAt);
  return (
    <>
      <LiveRefresh scopes={[{ projectId: project.id }]} deliveries />
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
        <div className="flex flex-wrap gap-2">
          <CopyCall
            call={{ id: delivery.id, headers: delivery.headers, body: delivery.body }}
            hookUrl={project.hookUrl}
          />
          {delivery.ref && delivery.after && (
            <Link
              href={`${deliveryPath(project, delivery.id)}?dry=1`}
              scroll={false}
              data-key="d"
              title="Key d"
              className={buttonClass()}
            >
              Dry run <Key>d</Key>
            </Link>
          )}
          <ReplayButton id={delivery.id} project={{ organizationSlug: project.organizationSlug, slug: project.slug }} />
        </div>
      </header>
      {dryRun && <DryRunCard id={delivery.id} project={project} />}
      <Card title="Verdict of each rule">
        <VerdictList project={project} verdicts={delivery.verdicts} leftOut={delivery.verdictsLeftOut} />
      </Card>
      <CallCard project={project} delivery={delivery} />
      <Card title="Headers">
        <Facts>
          {Object.entries(delivery.headers).map(([name, value]) => (
            <Fact key={name} name={visibleText(name)}>
              {masked.includes(name) ? (
                <span className="text-text-2">••• not kept: it proves where a call comes from</span>
              ) : (
                <code className="break-all">{visibleText(value)}</code>
              )}
            </Fact>
          ))}
        </Facts>
      </Card>
      <BodyCard delivery={delivery} />
    </>
  );
}
