import { useState } from 'preact/hooks'
import { grouped, money } from '../format/format.ts'
import { faultText } from '../i18n/fault-texts.ts'
import { useText } from '../i18n/language.tsx'
import { meTexts } from '../i18n/me-texts.ts'
import { pageTexts } from '../i18n/page-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'

/** The account, and what can be done with it. */
export function MeScreen() {
  const { news, issuer, fault, port } = useRiderState()
  const text = useText()
  const account = news?.account ?? port?.wallet.state().account ?? ''
  return (
    <section class="me">
      <h1>{text(meTexts.me)}</h1>
      {fault !== null && (
        <p class="fault" role="alert">
          {text(faultText(fault))}
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>{text(meTexts.account)}</dt>
          <dd>{grouped(account)}</dd>
        </div>
        {issuer !== null && (
          <div>
            <dt>{text(meTexts.issuer)}</dt>
            <dd>{text({ zh: issuer.nameZh, en: issuer.nameEn })}</dd>
          </div>
        )}
        {news !== null && (
          <div>
            <dt>{text(meTexts.debt)}</dt>
            <dd>{news.debtFen === 0 ? text(meTexts.noDebt) : money(news.debtFen)}</dd>
          </div>
        )}
      </dl>
      <Leave />
      <p class="small">{text(pageTexts.simulated)}</p>
    </section>
  )
}

function Leave() {
  const app = useApp()
  const text = useText()
  const [asked, setAsked] = useState(false)
  return (
    <div class="card">
      <p>{text(meTexts.leaveWhy)}</p>
      {asked ? (
        <p class="pair">
          <button type="button" class="danger" onClick={() => void app.leave()}>
            {text(meTexts.leaveSure)}
          </button>
          <button type="button" class="second-action" onClick={() => setAsked(false)}>
            {text(meTexts.cancel)}
          </button>
        </p>
      ) : (
        <button type="button" class="second-action" onClick={() => setAsked(true)}>
          {text(meTexts.leave)}
        </button>
      )}
    </div>
  )
}
