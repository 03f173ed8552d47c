import type { Day } from '@unifare/core'

/** 8 digits as the word of their 4 packed bytes. */
export function wordOf(digits: string): number {
  return Number.parseInt(digits, 16)
}

/** The 8 digits of a packed word. */
export function digitsOf(word: number): string {
  return word.toString(16).padStart(8, '0')
}

/** A day as the word of its 8 packed digits: words stand in the order of their days. */
export function wordOfDay(day: Day): number {
  return wordOf(day.replaceAll('-', ''))
}

/** The day of a packed word. */
export function dayOfWord(word: number): Day {
  const digits = digitsOf(word)
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
}
