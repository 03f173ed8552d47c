import { type ComponentChildren, createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import { firstLanguage, type Language, langAttribute } from './text.ts'

const REMEMBERED = 'unifare.rider.language'

interface Chosen {
  readonly language: Language
  readonly choose: (language: Language) => void
}

const LanguageContext = createContext<Chosen>({ language: 'zh', choose: () => undefined })

/** Gives the page its language, remembers the choice and tells the document. */
export function LanguageProvider({ children }: { readonly children: ComponentChildren }) {
  const [language, setLanguage] = useState(() =>
    firstLanguage({ remembered: remembered(), browser: navigator.language }),
  )
  useEffect(() => {
    document.documentElement.lang = langAttribute[language]
  }, [language])
  const choose = (next: Language) => {
    remember(next)
    setLanguage(next)
  }
  return (
    <LanguageContext.Provider value={{ language, choose }}>{children}</LanguageContext.Provider>
  )
}

/** The page's language and how to change it. */
export function useLanguage(): Chosen {
  return useContext(LanguageContext)
}

/** Picks the page's language out of a text in both. */
export function useText(): <T>(text: { readonly [L in Language]: T }) => T {
  const { language } = useContext(LanguageContext)
  return (text) => text[language]
}

// A browser may refuse storage; the choice is then only not remembered.
function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED)
  } catch {
    return null
  }
}

function remember(language: Language): void {
  try {
    localStorage.setItem(REMEMBERED, language)
  } catch {
    return
  }
}
