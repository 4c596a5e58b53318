import { formatTime } from '../service/journal.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** 1 January 1970 was a Thursday. */
const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const DAY_MS = 86_400_000;

/** For example `Sat, 31 Jan 2026 23:59:59 +0000` (RFC 5322 §3.3). @param ms since 1970 */
export function formatMailDate(ms: number): string {
  const [date = '', clock = ''] = formatTime(ms).split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  const weekday = WEEKDAYS[Math.floor(ms / DAY_MS) % WEEKDAYS.length] ?? '';
  return `${weekday}, ${Number(day)} ${MONTHS[Number(month) - 1] ?? ''} ${year} ${clock.slice(0, 8)} +0000`;
}
