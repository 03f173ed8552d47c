import type { CalendarRow } from './calendar.ts'

const NOTICE_2026 = 'State Council General Office, notice of 2025-11-04 on the holidays of 2026'

/**
 * Days off 节假日 and days worked instead 调休上班日. The months of 2026 are as announced; that banks
 * settle on the days worked instead is ours.
 */
export const CALENDAR: readonly CalendarRow[] = [
  row('2026-01-01', '2026-01-03', { kind: 'rest', zh: '元旦', en: "New Year's Day" }),
  row('2026-01-04', '2026-01-04', { kind: 'work', zh: '元旦调休', en: "New Year's Day" }),
  row('2026-02-14', '2026-02-14', { kind: 'work', zh: '春节调休', en: 'Spring Festival' }),
  row('2026-02-15', '2026-02-23', { kind: 'rest', zh: '春节', en: 'Spring Festival' }),
  row('2026-02-28', '2026-02-28', { kind: 'work', zh: '春节调休', en: 'Spring Festival' }),
  row('2026-04-04', '2026-04-06', { kind: 'rest', zh: '清明节', en: 'Tomb-Sweeping Day' }),
  row('2026-05-01', '2026-05-05', { kind: 'rest', zh: '劳动节', en: 'Labour Day' }),
  row('2026-05-09', '2026-05-09', { kind: 'work', zh: '劳动节调休', en: 'Labour Day' }),
  row('2026-06-19', '2026-06-21', { kind: 'rest', zh: '端午节', en: 'Dragon Boat Festival' }),
  row('2026-09-20', '2026-09-20', { kind: 'work', zh: '国庆节调休', en: 'National Day' }),
  row('2026-09-25', '2026-09-27', { kind: 'rest', zh: '中秋节', en: 'Mid-Autumn Festival' }),
  row('2026-10-01', '2026-10-07', { kind: 'rest', zh: '国庆节', en: 'National Day' }),
  row('2026-10-10', '2026-10-10', { kind: 'work', zh: '国庆节调休', en: 'National Day' }),
  // Until the year is announced: the one day that is sure, and weekends.
  {
    ...row('2027-01-01', '2027-01-01', { kind: 'rest', zh: '元旦', en: "New Year's Day" }),
    source: 'ours',
  },
]

function row(
  from: string,
  to: string,
  { kind, zh, en }: { kind: CalendarRow['kind']; zh: string; en: string },
): CalendarRow {
  return { from, to, kind, text: { zh, en }, source: NOTICE_2026 }
}
