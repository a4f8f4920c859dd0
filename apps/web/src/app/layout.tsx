import './globals.css';
import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { HatchPattern } from '@/components/ui/bar';
import { EarlyPresses } from '@/lib/early/early-presses';
import { readPreferences } from '@/lib/preferences/preferences';
import { PageFrame } from '@/lib/time/page-frame';
import { fontClasses } from './fonts';

export const metadata: Metadata = {
  title: { default: 'Cooperage', template: '%s · Cooperage' },
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbfaf7' },
    { media: '(prefers-color-scheme: dark)', color: '#171513' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const jar = await cookies();
  const chosen = readPreferences((name) => jar.get(name)?.value);
  return (
    <html
      lang="en"
      className={fontClasses}
      data-theme={chosen.theme}
      data-density={chosen.density}
      data-times={chosen.times}
    >
      <head>
        <EarlyPresses />
        {/* Half of a table or of a row that stands at the right would move as the other half comes: all is painted at once. */}
        <link rel="expect" href="#page-end" blocking="render" />
      </head>
      <body>
        <HatchPattern />
        <PageFrame atMs={Date.now()} chosen={chosen}>
          {children}
        </PageFrame>
        <div id="page-end" hidden />
      </body>
    </html>
  );
}
