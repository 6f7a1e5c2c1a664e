import { useEffect, useState } from 'react';
import type { Progress } from '../jobs/progress';

/** What a report tells of its progress, from its first entry on. The browser connects again by itself when a server is lost. */
export function useProgress(id: string): {
  entries: readonly Progress[];
  isConnected: boolean;
  hasEnded: boolean;
} {
  const [entries, setEntries] = useState<readonly Progress[]>([]);
  const [isConnected, setConnected] = useState(false);
  const [hasEnded, setEnded] = useState(false);
  useEffect(() => {
    setEntries([]);
    const source = new EventSource(`/api/reports/${id}/progress`);
    source.onopen = () => setConnected(true);
    source.onerror = () => setConnected(false);
    source.onmessage = ({ data }: MessageEvent<string>) =>
      setEntries((known) => [...known, JSON.parse(data) as Progress]);
    source.addEventListener('end', () => {
      source.close();
      setEnded(true);
    });
    return () => source.close();
  }, [id]);
  return { entries, isConnected, hasEnded };
}
