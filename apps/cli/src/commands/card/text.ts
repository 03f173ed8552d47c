/** A text in both languages. */
export interface Text {
  readonly en: string
  readonly zh: string
}

export type Language = keyof Text

/** Both languages side by side, or the one that was asked for. */
export function inLanguage(text: Text, language: Language | undefined): string {
  return language === undefined ? `${text.en} · ${text.zh}` : text[language]
}
