import { useLanguage, useText } from '@unifare/language'
import { pageTexts } from '../i18n/page-texts.ts'
import { useRiderState } from '../state/context.tsx'

/** State of the network, and the other language. */
export function Header() {
  const { connected } = useRiderState()
  const { language, choose } = useLanguage()
  const text = useText()
  const status =
    connected === null ? pageTexts.asking : connected ? pageTexts.connected : pageTexts.away
  return (
    <header class="top">
      <strong class="name">Unifare</strong>
      <span class="status" data-connected={connected} role="status">
        {text(status)}
      </span>
      <button
        type="button"
        class="plain"
        lang={language === 'zh' ? 'en' : 'zh-CN'}
        onClick={() => choose(language === 'zh' ? 'en' : 'zh')}
      >
        {OTHER[language]}
      </button>
    </header>
  )
}
const OTHER = { zh: 'English', en: '中文' } as const
