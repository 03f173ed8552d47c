import { type ComponentChildren, createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import { firstLanguage, type Language, langAttribute } from './text.ts'

interface Chosen {
  readonly language: Language
  readonly choose: (language: Language) => void
}

const LanguageContext = createContext<Chosen>({ language: 'zh', choose: () => undefined })

/** Gives a page its language, remembers the choice under a name and tells the document. */
export function LanguageProvider({
  name = 'unifare.language',
  children,
}: {
  readonly name?: string
  readonly children: ComponentChildren
}) {
  const [language, setLanguage] = useState(() =>
    firstLanguage({ remembered: remembered(name), browser: navigator.language }),
  )
  useEffect(() => {
    document.documentElement.lang = langAttribute[language]
  }, [language])
  const choose = (next: Language) => {
    remember(name, next)
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
function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

function remember(name: string, language: Language): void {
  try {
    localStorage.setItem(name, language)
  } catch {
    return
  }
}
