import { VERDICTS } from '@unifare/centre'
import type { ErrorText } from '@unifare/core'

const LABEL_COLUMNS = 10

/** A line of figures: its label in a column of its own, in which a Chinese letter takes two places. */
export function figureLine(label: string, text: string): string {
  const columns = label.length + (label.match(/\p{Script=Han}/gu)?.length ?? 0)
  return `${label}${' '.repeat(Math.max(1, LABEL_COLUMNS - columns))}${text}`
}

/** Charges by verdict; in Chinese with its words beside the code. */
export function countsOf(verdicts: Readonly<Record<string, number>>, lang: 'en' | 'zh'): string {
  const texts: Readonly<Record<string, ErrorText>> = VERDICTS
  const named = (name: string) => {
    const text = lang === 'zh' ? texts[name]?.zh : undefined
    return text === undefined ? name : `${name} ${text}`
  }
  const all = Object.entries(verdicts).map(([name, count]) => `${named(name)} ${count}`)
  return all.join(lang === 'zh' ? '，' : ', ')
}
