import { type ReactNode, useEffect, useState } from 'react';

const PAUSE_MS = 1000;

/** What a route answers, asked for again and again while somebody looks. The last answer stays while there is none. */
export function usePolled<Value>(url: string, initial: Value): { value: Value; isCurrent: boolean } {
  const [state, setState] = useState({ value: initial, isCurrent: true });
  useEffect(() => {
    const over = new AbortController();
    void poll();
    return () => over.abort();

    async function poll(): Promise<void> {
      while (!over.signal.aborted) {
        if (!document.hidden) await ask();
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
    async function ask(): Promise<void> {
      try {
        const response = await fetch(url, { signal: over.signal });
        if (!response.ok) throw new Error(response.statusText);
        const value = (await response.json()) as Value;
        setState({ value, isCurrent: true });
      } catch {
        if (!over.signal.aborted) setState(({ value }) => ({ value, isCurrent: false }));
      }
    }
  }, [url]);
  return state;
}

/** Whether the page has a server to talk to. */
export function Connection({ isCurrent }: { isCurrent: boolean }): ReactNode {
  return (
    <span className={isCurrent ? 'connection' : 'connection lost'} role="status">
      {isCurrent ? 'live' : 'reconnecting…'}
    </span>
  );
}
