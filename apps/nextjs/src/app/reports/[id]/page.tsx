import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { LiveReport } from '../../../report/live-report';
import { readReport } from '../../../report/read-report';

export async function generateMetadata({ params }: PageProps<'/reports/[id]'>): Promise<Metadata> {
  const report = await readReport((await params).id);
  return { title: report?.title ?? 'Not found' };
}

export default async function Page({ params }: PageProps<'/reports/[id]'>): Promise<ReactNode> {
  const report = await readReport((await params).id);
  if (!report) notFound();
  return <LiveReport initial={report} />;
}
