import './globals.css';
import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { parseTheme, themeCookie } from '@/components/shell/theme';
import { HatchPattern } from '@/components/ui/bar';
import { PageMoment } from '@/lib/time/page-moment';

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
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  return (
    <html lang="en" data-theme={theme === 'system' ? undefined : theme}>
      <body>
        <HatchPattern />
        <PageMoment atMs={Date.now()}>{children}</PageMoment>
      </body>
    </html>
  );
}
