import { useLanguage, useText } from '@unifare/language'
import { formatSignedYuan, formatYuan } from '../format/money.ts'
import { rideTexts } from '../i18n/ride-texts.ts'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import type { RideQuote, TariffSource } from '../model-tariffs.ts'
import type { Answer } from '../state/use-answer.ts'

/** A quoted price as a receipt: each step with its amount and its source. */
export function QuoteReceipt({
  answer,
  sources,
}: {
  readonly answer: Answer<RideQuote>
  readonly sources: readonly TariffSource[]
}) {
  const { language } = useLanguage()
  const t = useText()
  if (answer.kind === 'refused') {
    return (
      <p class="receipt-none">
        {answer.detail} <code>{answer.code}</code>
      </p>
    )
  }
  if (answer.kind !== 'answer') return <p class="receipt-none">{t(tariffTexts.pricing)}</p>
  const quote = answer.value
  if (!quote.ok) {
    return (
      <p class="receipt-none">
        <span class="receipt-reason">{t(tariffTexts.noPrice)}</span> {quote[language]}{' '}
        <code>{quote.code}</code>
      </p>
    )
  }
  return (
    <>
      <table class="price" aria-live="polite">
        <caption>{t(tariffTexts.price)}</caption>
        <tbody>
          {quote.parts.map((part, at) => (
            <tr key={part.rule}>
              <th scope="row">
                {part[language]} <code>{part.rule}</code>
                <SourceLine source={sources[part.source]} />
              </th>
              <td>{at === 0 ? formatYuan(part.amountFen) : formatSignedYuan(part.amountFen)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t(tariffTexts.total)}</th>
            <td>
              <small>{t(rideTexts.yuan)}</small> {formatYuan(quote.amountFen)}
            </td>
          </tr>
        </tfoot>
      </table>
      {quote.alternatives.length > 0 && (
        <p class="chart-note">
          {t(tariffTexts.alternatives)}
          {': '}
          {quote.alternatives
            .map(({ rule, amountFen }) => `${rule} ${formatYuan(amountFen)}`)
            .join(', ')}
        </p>
      )}
    </>
  )
}

function SourceLine({ source }: { readonly source: TariffSource | undefined }) {
  const t = useText()
  if (source === undefined) return null
  return (
    <span class="price-source">
      {t(tariffTexts[source.mark])}
      {' · '}
      <span lang="en">{source.text}</span>
    </span>
  )
}
