'use client';

import { useRouter } from 'next/navigation';
import { type FormEvent, type ReactNode, useState, useTransition } from 'react';
import { orderReport } from '../app/actions';
import { REGIONS } from '../jobs/regions';

/** Orders reports. The id of the next one is chosen before it is sent: however often it is sent, it is one report. */
export function OrderForm({ firstId }: { firstId: string }): ReactNode {
  const router = useRouter();
  const [error, setError] = useState<string>();
  const [isSending, startSending] = useTransition();

  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    startSending(async () => {
      try {
        const ordered = await orderReport(form);
        setError(ordered.error);
        if (ordered.id) router.push(`/reports/${ordered.id}`);
      } catch {
        setError('The server did not answer. Send it again: it will be one report, not two.');
      }
    });
  };

  return (
    <form className="card" onSubmit={send}>
      <h2>Order a report</h2>
      <input type="hidden" name="id" value={firstId} />
      <label className="field">
        Title
        <input name="title" defaultValue="Sales of the week" maxLength={80} required />
      </label>
      <fieldset>
        <legend>Regions</legend>
        {REGIONS.map((region) => (
          <label key={region} className="chip">
            <input type="checkbox" name="region" value={region} defaultChecked />
            {region}
          </label>
        ))}
      </fieldset>
      <button type="submit" className="primary" disabled={isSending}>
        {isSending ? 'Ordering…' : 'Order'}
      </button>
      {error && (
        <p role="alert" className="error">
          {error}
        </p>
      )}
    </form>
  );
}
