import { useLanguage, useText } from '@unifare/language'
import type { MoneyOrder } from '@unifare/rider'
import { useState } from 'preact/hooks'
import { money, shortTime } from '../format/format.ts'
import { paymentStates, peopleTexts } from '../i18n/people-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import { useTripNames } from './trip-names.ts'

/** Fares that the issuer advanced, and paying them back. */
export function DebtsCard() {
  const app = useApp()
  const { news, members } = useRiderState()
  const { language } = useLanguage()
  const text = useText()
  const names = useTripNames(members)
  const [order, setOrder] = useState<MoneyOrder | null>(null)
  if (news === null || news.debts.length === 0) return null
  const { debts, debtFen } = news
  const when = (at: number) => shortTime(at, app.now(), language)
  const repay = async () => {
    const done = await app.order((port) => port.repay())
    if (done.ok) setOrder(done.value)
  }
  return (
    <div class="card">
      <h2>{text(peopleTexts.debts)}</h2>
      <dl class="facts">
        {debts.map((debt) => (
          <div key={debt.charge}>
            <dt>
              {names.title(debt)}
              <br />
              <span class="small">{text(peopleTexts.debtLine)(when(debt.since))}</span>
            </dt>
            <dd>{money(debt.amountFen)}</dd>
          </div>
        ))}
      </dl>
      {order === null ? (
        <button type="button" class="main-action" onClick={() => void repay()}>
          {text(peopleTexts.repay)(money(debtFen))}
        </button>
      ) : (
        <p role="status">
          {text(peopleTexts.repay)(money(order.amountFen))}: {text(paymentStates[order.state])}
        </p>
      )}
    </div>
  )
}
