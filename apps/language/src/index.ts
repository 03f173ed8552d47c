export { LanguageProvider, useLanguage, useText } from './language.tsx'
export { firstLanguage, type Language, langAttribute, type Text, type Texts } from './text.ts'
