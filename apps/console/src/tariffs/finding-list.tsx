import { useLanguage, useText } from '@unifare/language'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import type { TariffFinding } from '../model-tariffs.ts'

/** What the check of a tariff found, the heaviest first. */
export function FindingList({ findings }: { readonly findings: readonly TariffFinding[] }) {
  const t = useText()
  return (
    <section class="tariff-part" aria-labelledby="findings-title">
      <h3 id="findings-title">{t(tariffTexts.findings)}</h3>
      <Findings findings={findings} />
    </section>
  )
}

/** Findings, or that there are none. */
export function Findings({ findings }: { readonly findings: readonly TariffFinding[] }) {
  const { language } = useLanguage()
  const t = useText()
  if (findings.length === 0) {
    return (
      <p class="verdict verdict-ok">
        <span aria-hidden="true">✓</span> {t(tariffTexts.noFindings)}
      </p>
    )
  }
  return (
    <ul class="findings">
      {findings.map(({ rule, level, path, textZh, textEn }) => (
        <li key={`${rule} ${path} ${textEn}`}>
          <span class={`tag tag-${level}`}>{t(tariffTexts[level])}</span>{' '}
          {language === 'zh' ? textZh : textEn} <code>{rule}</code>{' '}
          <code class="faint">{path}</code>
        </li>
      ))}
    </ul>
  )
}
