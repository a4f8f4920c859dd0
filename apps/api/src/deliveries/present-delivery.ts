import type { DeliveryDetail, DeliveryView, HookSilence, RefusalView } from '@cooperage/contracts';
import type { DeliveryContent, DeliveryRecord, RefusalRecord, SilenceRecord } from '@cooperage/db';

export function presentDelivery(delivery: DeliveryRecord): DeliveryView {
  const { projectSlug, organizationSlug } = delivery;
  const { id, projectId, eventName, proof, ref, before, after, sender, reason, note, failureCode } = delivery;
  const { replayOf, sameBodyAs } = delivery;
  return {
    ...{ id, projectId, projectSlug, organizationSlug },
    ...{ eventName, proof, ref, before, after, sender, reason, note, failureCode, replayOf, sameBodyAs },
    forge: delivery.forge as DeliveryView['forge'],
    deliveryId: delivery.deliveryKey,
    status: delivery.status as DeliveryView['status'],
    receivedAt: delivery.receivedAt.toISOString(),
    evaluatedAt: delivery.evaluatedAt?.toISOString() ?? null,
    verdicts: delivery.verdicts.map((verdict) => ({ ...verdict, tags: [...verdict.tags] })),
    verdictsLeftOut: delivery.verdictsLeftOut,
  };
}

/** The body is shown as text; bytes that are no UTF-8 become replacement characters. A character that was cut in two is left out. */
export function presentDeliveryDetail(delivery: DeliveryRecord, content: DeliveryContent): DeliveryDetail {
  const { headers, bodyHead, bodyBytes } = content;
  const bodyTruncated = bodyHead.length < bodyBytes;
  return {
    ...presentDelivery(delivery),
    headers: { ...headers },
    body: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bodyHead, { stream: bodyTruncated }),
    ...{ bodyBytes, bodyTruncated },
  };
}

export function presentRefusal(refusal: RefusalRecord): RefusalView {
  return {
    ...refusal,
    forge: refusal.forge as RefusalView['forge'],
    secretsTried: refusal.secretsTried.map(({ prefix, createdAt }) => ({ prefix, createdAt })),
    receivedAt: refusal.receivedAt.toISOString(),
  };
}

export function presentSilence(silence: SilenceRecord): HookSilence {
  return {
    ...silence,
    lastDeliveryAt: silence.lastDeliveryAt.toISOString(),
    checkedAt: silence.checkedAt.toISOString(),
  };
}
