/** How long one wait lasts at most, in milliseconds. */
export const LONGEST_WAIT_MS = 5000;

/**
 * Waits until nobody holds a lock, or for {@link LONGEST_WAIT_MS}; which of the two is to be found out afterwards.
 * Takes no parameters, as `do` has none.
 *
 * HAZARDS: a statement that waits holds a snapshot, and VACUUM must keep every row version that it could see. So a
 * wait is never longer than a few seconds. And a lock timeout is an error that the server writes to its log. So it is
 * caught where it arises, and is none.
 */
export function awaitLockText(lockKey: string): string {
  if (!/^-?\d{1,19}$/.test(lockKey)) throw new TypeError('A lock key is a whole number.');
  return `
do $holdfast$
begin
  perform set_config('lock_timeout', '${LONGEST_WAIT_MS}', true);
  perform pg_advisory_lock_shared(${lockKey});
  perform pg_advisory_unlock_shared(${lockKey});
exception when lock_not_available then
  null;
end
$holdfast$`;
}
