import { type Language, langAttribute, useLanguage, useText } from '@unifare/language'
import { shellTexts } from '../i18n/shell-texts.ts'

const NAMES = { zh: '中文', en: 'English' } as const satisfies Record<Language, string>
const LANGUAGES = ['zh', 'en'] as const satisfies readonly Language[]

/** Switches the page's language; each name is written in its own language. */
export function LanguageSwitch() {
  const { language, choose } = useLanguage()
  const t = useText()
  return (
    <div class="segments" role="group" aria-label={t(shellTexts.language)}>
      {LANGUAGES.map((one) => (
        <button
          key={one}
          type="button"
          lang={langAttribute[one]}
          aria-pressed={one === language}
          onClick={() => choose(one)}
        >
          {NAMES[one]}
        </button>
      ))}
    </div>
  )
}
