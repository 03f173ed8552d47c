/** The two languages of the page. */
export type Language = 'zh' | 'en'

/** One text in both languages: plain, or made from parameters. */
export type Text<T = string | ((...parameters: string[]) => string)> = {
  readonly [L in Language]: T
}

/** A screen's texts. `satisfies Texts` makes a missing language an error of the compiler. */
export type Texts = Readonly<Record<string, Text>>

/** The value of `lang` for a language. */
export const langAttribute = { zh: 'zh-CN', en: 'en' } as const satisfies Record<Language, string>

/** The language to begin with: the remembered choice, else the browser's wish. */
export function firstLanguage(options: {
  readonly remembered: string | null
  readonly browser: string
}): Language {
  const { remembered, browser } = options
  if (remembered === 'zh' || remembered === 'en') return remembered
  return browser.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
