import type { DeliveryView } from '@cooperage/contracts';
import { Fragment } from 'react';
import { Link, textLinkClass } from '@/components/ui/link';
import { deliveryPath, type ProjectName, projectPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { decisionOf } from '../model/decision';

const tones = { good: 'text-good', bad: 'text-bad', wait: 'text-wait', plain: 'text-text-2' } as const;

export function Decision({ project, delivery }: { project: ProjectName; delivery: DeliveryView }) {
  const decision = decisionOf(delivery);
  return (
    <span className={tones[decision.tone]}>
      {visibleText(decision.words)}
      {decision.builds.map((number) => (
        <Fragment key={number}>
          {' '}
          <Link href={`${projectPath(project)}/b/${number}`} className={textLinkClass}>
            #{number}
          </Link>
        </Fragment>
      ))}
      {decision.mayHaveMore && (
        <>
          {' '}
          <Link href={deliveryPath(project, delivery.id)} className={textLinkClass}>
            and more
          </Link>
        </>
      )}
    </span>
  );
}
