import { useText } from '@unifare/language'
import type { MoneyOrder } from '@unifare/rider'
import { useState } from 'preact/hooks'
import { money } from '../format/format.ts'
import { paymentStates, peopleTexts } from '../i18n/people-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import type { WalletPort } from '../wallet/port.ts'
import { AskTwice } from './ask-twice.tsx'

const TOP_UPS_FEN = [2_000, 5_000, 10_000] as const

/** Money of an account that pays in advance: what is there, paying in, and getting it back. */
export function PrepaidCard() {
  const app = useApp()
  const { news } = useRiderState()
  const text = useText()
  const [order, setOrder] = useState<MoneyOrder | null>(null)
  if (news?.class !== 'anonymous') return null
  const { balanceFen, reservedFen, freeFen } = news.prepaid
  const run = async (ask: (port: WalletPort) => Promise<MoneyOrder>) => {
    const done = await app.order(ask)
    if (done.ok) setOrder(done.value)
  }
  return (
    <div class="card">
      <h2>{text(peopleTexts.prepaid)}</h2>
      <p class="balance">{money(balanceFen)}</p>
      <dl class="facts">
        <div>
          <dt>{text(peopleTexts.prepaidReserved)}</dt>
          <dd>{money(reservedFen)}</dd>
        </div>
        <div>
          <dt>{text(peopleTexts.prepaidFree)}</dt>
          <dd>{money(freeFen)}</dd>
        </div>
      </dl>
      <p class="pair">
        {TOP_UPS_FEN.map((amountFen) => (
          <button
            key={amountFen}
            type="button"
            class="second-action"
            onClick={() => void run((port) => port.topUp(amountFen))}
          >
            {text(peopleTexts.topUp)(money(amountFen))}
          </button>
        ))}
      </p>
      {order !== null && (
        <p role="status">
          {money(order.amountFen)}: {text(paymentStates[order.state])}
        </p>
      )}
      {freeFen > 0 && (
        <AskTwice
          wish={text(peopleTexts.refund)(money(freeFen))}
          sure={text(peopleTexts.refundSure)}
          run={() => void run((port) => port.refund(freeFen))}
        />
      )}
    </div>
  )
}
