import { shownBodyBytes } from '@cooperage/contracts';
import { buttonClass, Key } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { formatBytes } from '@/lib/format/bytes';
import { bodyDownload } from '../model/curl-of-delivery';
import { BodyView } from './body-view';
import type { DeliveryDetail } from './delivery-page';

/** The body of a call. Of a long one it shows the first part, and says so; the download has all of it. */
export function BodyCard({ delivery }: { delivery: DeliveryDetail }) {
  const { id, body, bodyBytes, bodyTruncated } = delivery;
  return (
    <Card
      title="Body"
      aside={
        <>
          <span className="tabular-nums">{formatBytes(bodyBytes)}</span>
          <a
            href={bodyDownload(id)}
            download
            aria-label="Download the body"
            data-key="D"
            className={buttonClass('quiet', 'text-xs')}
          >
            Download<Key>D</Key>
          </a>
        </>
      }
    >
      {bodyTruncated && (
        <p className="border-b border-line px-3 py-2 text-sm text-wait">
          Only the first {formatBytes(shownBodyBytes)} of {formatBytes(bodyBytes)} are shown. The download holds the
          whole body.
        </p>
      )}
      <BodyView body={body} />
    </Card>
  );
}
