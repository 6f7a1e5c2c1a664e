/** What a queue's row is compared by: when it was changed, in words that no session's time zone changes. */
export function revisionOf(q: string): string {
  return `coalesce(((extract(epoch from ${q}.updated_at) * 1000000)::bigint)::text, 'never')`;
}
