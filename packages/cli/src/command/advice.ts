import type { ErrorCode, HoldfastError } from '@holdfast/core';

// The messages of the library tell a program's author what to call. These tell a person what to type.
const ADVICE: Partial<Record<ErrorCode, string>> = {
  QUEUE_NOT_FOUND: '`holdfast queues list` shows all queues.',
  RUN_FINISHED:
    '`holdfast runs show` shows how it ended. What has ended receives nothing; `holdfast runs fork` goes on from a call of it.',
  RUN_NOT_FOUND: '`holdfast runs list` shows runs; --id-prefix finds those whose ids begin so.',
  RUN_UNDONE: '`holdfast runs fork` does anew what was taken back.',
  SCHEDULE_NOT_FOUND: '`holdfast schedules list` shows all schedules.',
  STORE_NEWER: 'Update @holdfast/cli to the version of your apps.',
  STORE_NOT_MIGRATED:
    '`holdfast migrate` makes the tables, `holdfast migrate --print` prints the SQL. Or is --schema another?',
};

/** What to do about an error, beyond what its message says. */
export function adviceOn({ code }: HoldfastError): string | undefined {
  return ADVICE[code];
}
