const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time as a person says it: `400 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 0) return '0 ms';
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return twoParts(ms, [MINUTE, 'min'], [SECOND, 's']);
  if (ms < DAY) return twoParts(ms, [HOUR, 'h'], [MINUTE, 'min']);
  return twoParts(ms, [DAY, 'd'], [HOUR, 'h']);
}

type Part = readonly [ms: number, name: string];

function twoParts(ms: number, [large, largeName]: Part, [small, smallName]: Part): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`;
}

const UNITS: readonly Part[] = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
];

/** When something was, or will be, from now, roughly: `2 min ago`, `in 3 d`. */
export function agoText(moment: Date, nowMs: number): string {
  const ms = Math.abs(nowMs - moment.getTime());
  const unit = UNITS.find(([length]) => Math.round(ms / length) >= 1 && ms >= length * 0.95);
  if (!unit) return 'now';
  const text = `${Math.round(ms / unit[0])} ${unit[1]}`;
  return moment.getTime() < nowMs ? `${text} ago` : `in ${text}`;
}

/** A moment in the time zone of whoever looks: `2030-01-31 12:00:00.123`. */
export function momentText(moment: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
  return `${date} ${time}.${String(moment.getMilliseconds()).padStart(3, '0')}`;
}

/** Both: `2030-01-31 12:00:00.123 (2 min ago)`. */
export function momentAgo(moment: Date, nowMs: number): string {
  return `${momentText(moment)} (${agoText(moment, nowMs)})`;
}
