import type { Project } from '@cooperage/contracts';
import type { ReactNode } from 'react';
import { Card, Fact, Facts } from '@/components/ui/card';
import { Link, OutsideLink, textLinkClass } from '@/components/ui/link';
import { forgePages, hookPage } from '@/lib/address/forge-pages';
import { deliveryPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { proofWords } from '../model/outcomes';
import type { DeliveryDetail } from './delivery-page';

/** What was called and by whom, with the git host's own pages of it. */
export function CallCard({ project, delivery }: { project: Project; delivery: DeliveryDetail }) {
  const pages = forgePages(project.remoteUrl, delivery.forge);
  const { before, after, ref } = delivery;
  const refPage = (ref && pages?.ref(ref)) ?? null;
  return (
    <Card
      title="The call"
      aside={pages && <OutsideLink href={hookPage(pages, delivery.headers)}>Its webhook at {pages.host}</OutsideLink>}
    >
      <Facts>
        <Fact name="Proof">{proofWords(delivery.proof)}</Fact>
        <Fact name="Id at the host">
          <code className="break-all">{visibleText(delivery.deliveryId)}</code>
        </Fact>
        <Fact name="Ref">{ref ? <AtHost page={refPage}>{visibleText(ref)}</AtHost> : 'none'}</Fact>
        <Fact name="Before">
          {before ? <AtHost page={pages?.commit(before)}>{before}</AtHost> : 'nothing: the ref is new'}
        </Fact>
        <Fact name="After">
          {after ? <AtHost page={pages?.commit(after)}>{after}</AtHost> : 'nothing: the ref is gone'}
        </Fact>
        {pages && before && after && before !== after && (
          <Fact name="Changes">
            <OutsideLink href={pages.compare(before, after)}>What was pushed, at {pages.host}</OutsideLink>
          </Fact>
        )}
        <Fact name="Sender">{delivery.sender ? visibleText(delivery.sender) : 'not named'}</Fact>
        {delivery.sameBodyAs && (
          <Fact name="Same body as">
            <Link href={deliveryPath(project, delivery.sameBodyAs)} className={textLinkClass}>
              the first delivery of it
            </Link>
          </Fact>
        )}
        {delivery.replayOf && (
          <Fact name="Replay of">
            <Link href={deliveryPath(project, delivery.replayOf)} className={textLinkClass}>
              an earlier delivery
            </Link>
          </Fact>
        )}
      </Facts>
    </Card>
  );
}

function AtHost({ page, children }: { page: string | null | undefined; children: ReactNode }) {
  const code = <code className="break-all">{children}</code>;
  return page ? <OutsideLink href={page}>{code}</OutsideLink> : code;
}
