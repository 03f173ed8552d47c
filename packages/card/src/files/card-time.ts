import { instantFromDigits, parseDay } from '@unifare/core'

/** Whether the hexadecimal of 7 bytes is a date and time, YYYYMMDDHHMMSS, that exists. */
export function isCardTime(digits: string): boolean {
  return cardTime(digits) !== null
}

/** `2026-11-21T08:30:00+08:00` of YYYYMMDDHHMMSS in packed digits; null when there is none such. */
export function cardTime(digits: string): string | null {
  const day = cardDay(digits.slice(0, 8))
  if (day === null || !exists(() => instantFromDigits(digits))) return null
  return `${day}T${digits.slice(8, 10)}:${digits.slice(10, 12)}:${digits.slice(12)}+08:00`
}

/** `2026-11-21` of YYYYMMDD in packed digits; null when there is no such day. */
export function cardDay(digits: string): string | null {
  const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
  return exists(() => parseDay(day)) ? day : null
}

function exists(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}
