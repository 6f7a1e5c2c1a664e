'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { Bar } from '../report/bar';
import { StateBadge } from '../report/state-badge';
import type { Board as Shown } from './read-board';
import { Connection, usePolled } from './use-polled';

/** The latest reports, and what the schedule counted; as they are, without a reload. */
export function Board({ initial }: { initial: Shown }): ReactNode {
  const { value, isCurrent } = usePolled<Shown>('/api/board', initial);
  return (
    <>
      <section className="card" aria-labelledby="reports">
        <h2 id="reports">
          Reports <Connection isCurrent={isCurrent} />
        </h2>
        {value.reports.length === 0 && <p className="muted">None yet. Order one.</p>}
        <ul className="list">
          {value.reports.map(({ id, title, state, createdAt, done, of }) => (
            <li key={id}>
              <Link href={`/reports/${id}`}>{title}</Link>
              <StateBadge state={state} />
              <time dateTime={createdAt} className="muted">
                {clock(createdAt)}
              </time>
              <Bar done={done} of={of} />
            </li>
          ))}
        </ul>
      </section>
      <section className="card" aria-labelledby="schedule">
        <h2 id="schedule">Every five seconds</h2>
        <p className="muted">
          A schedule counts the published reports: each tick once, however many servers there are.
        </p>
        <ol className="ticks">
          {value.counts.map(({ at, published }) => (
            <li key={at}>
              <time dateTime={at}>{clock(at)}</time>
              <span>{published} published</span>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

/** Of the day in UTC: the server and the browser must say the same. */
function clock(moment: string): string {
  return moment.slice(11, 19);
}
