import { useLanguage } from '@unifare/language'
import { institution } from '@unifare/registry'
import { shortName } from '../format/names.ts'

/** A member's name in the page's language; its number where the registry does not know it. */
export function useMemberName(): (id: string) => string {
  const { language } = useLanguage()
  return (id) => {
    const known = institution(id)
    return known === undefined ? id : shortName(language === 'zh' ? known.nameZh : known.nameEn)
  }
}
