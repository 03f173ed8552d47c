import { type Fen, formatYuan, type Instant, shanghaiDay } from '@unifare/core'
import type { Language } from '@unifare/language'

const LOCALES = { zh: 'zh-CN', en: 'en-GB' } as const satisfies Record<Language, string>
const ZONE = 'Asia/Shanghai'
const CLOCK = { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: ZONE } as const

/** Hours and minutes in Shanghai, `08:05`. */
export function clockTime(at: Instant): string {
  return new Intl.DateTimeFormat('en-GB', CLOCK).format(at)
}

/** With seconds: a picture of a code does not move, this does. */
export function clockSeconds(at: Instant): string {
  return new Intl.DateTimeFormat('en-GB', { ...CLOCK, second: '2-digit' }).format(at)
}

/** A time as short as it can be said today: the day is told when it is another one. */
export function shortTime(at: Instant, now: Instant, language: Language): string {
  if (shanghaiDay(at) === shanghaiDay(now)) return clockTime(at)
  const day = new Intl.DateTimeFormat(LOCALES[language], {
    month: 'short',
    day: 'numeric',
    timeZone: ZONE,
  })
  return `${day.format(at)} ${clockTime(at)}`
}

/** An amount as people read it, `¥4.50`. */
export function money(amountFen: Fen): string {
  return amountFen < 0 ? `−¥${formatYuan(-amountFen)}` : `¥${formatYuan(amountFen)}`
}

/** An account's number in groups of four. */
export function grouped(account: string): string {
  return account.replace(/(.{4})(?=.)/g, '$1 ')
}
