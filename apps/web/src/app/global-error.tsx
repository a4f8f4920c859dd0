'use client';

import './globals.css';
import { Broken, type BrokenProps } from '@/components/shell/broken';
import { usePageAlive } from '@/lib/early/use-page-alive';

/** When even the frame of the pages broke, or a page that has none. */
export default function GlobalError(props: BrokenProps) {
  usePageAlive();
  return (
    <html lang="en">
      <body>
        <Broken {...props} />
      </body>
    </html>
  );
}
