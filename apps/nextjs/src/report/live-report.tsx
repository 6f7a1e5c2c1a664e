'use client';

import Link from 'next/link';
import { type ReactNode, useCallback, useEffect, useState, useTransition } from 'react';
import { cancelReport } from '../app/actions';
import { Connection } from '../board/use-polled';
import { Bar } from './bar';
import type { ShownReport } from './read-report';
import { StateBadge } from './state-badge';
import { useProgress } from './use-progress';

/** A report while it is made: its progress as it comes, and what it has come to. */
export function LiveReport({ initial }: { initial: ShownReport }): ReactNode {
  const [report, setReport] = useState(initial);
  const [isCancelling, startCancelling] = useTransition();
  const { entries, isConnected, hasEnded } = useProgress(report.id);
  const last = entries.at(-1);
  const isOver = ['succeeded', 'failed', 'cancelled'].includes(report.state);

  const look = useCallback(async () => {
    const response = await fetch(`/api/reports/${initial.id}`).catch(() => undefined);
    if (response?.ok) setReport((await response.json()) as ShownReport);
  }, [initial.id]);

  // Each entry says that something was done: time to look what.
  useEffect(() => void look(), [look, entries.length, hasEnded]);

  const cancel = (): void => {
    startCancelling(async () => {
      await cancelReport(report.id);
      await look();
    });
  };

  return (
    <article className="card wide">
      <p>
        <Link href="/">← All reports</Link>
      </p>
      <h1>{report.title}</h1>
      <p className="line">
        <StateBadge state={report.state} />
        {!isOver && <Connection isCurrent={isConnected} />}
        {report.takenUp > 1 && (
          <span className="muted" data-testid="taken-up">
            carried on by another process: taken up {report.takenUp} times
          </span>
        )}
      </p>
      <Bar done={last?.done ?? 0} of={last?.of ?? 1} />
      <ol className="log" aria-label="Progress">
        {entries.map(({ text }, position) => (
          <li key={position}>{text}</li>
        ))}
      </ol>
      <table>
        <caption>Sales by region</caption>
        <tbody>
          {report.sections.map(({ region, sales }) => (
            <tr key={region}>
              <th scope="row">{region}</th>
              <td>{sales}</td>
            </tr>
          ))}
        </tbody>
        {report.total !== null && (
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td data-testid="total">{report.total}</td>
            </tr>
          </tfoot>
        )}
      </table>
      {!isOver && (
        <button type="button" onClick={cancel} disabled={isCancelling}>
          {isCancelling ? 'Cancelling…' : 'Cancel'}
        </button>
      )}
    </article>
  );
}
