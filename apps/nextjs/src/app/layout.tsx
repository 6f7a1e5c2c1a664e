import type { Metadata, Viewport } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Reports', template: '%s · Reports' },
  description: 'Background jobs that survive a kill, in one Next.js app',
};

export const viewport: Viewport = { colorScheme: 'light dark' };

export default function Layout({ children }: { children: ReactNode }): ReactNode {
  return (
    <html lang="en">
      <body>
        <header className="top">
          <Link href="/" className="brand">
            Reports
          </Link>
          <span className="muted">made in the background, on Holdfast</span>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
