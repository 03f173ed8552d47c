import { useText } from '@unifare/language'
import { useState } from 'preact/hooks'
import { grouped, money } from '../format/format.ts'
import { meTexts } from '../i18n/me-texts.ts'
import { pageTexts } from '../i18n/page-texts.ts'
import { peopleTexts } from '../i18n/people-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import { AskTwice } from './ask-twice.tsx'
import { DebtsCard } from './debts-card.tsx'
import { FaultNote } from './fault-note.tsx'
import { FreezeFacts } from './freeze-facts.tsx'
import { PrepaidCard } from './prepaid-card.tsx'
import { SecretCard } from './secret-card.tsx'

/** The account, and what can be done with it. */
export function MeScreen() {
  const { news, issuer, port } = useRiderState()
  const text = useText()
  const account = news?.account ?? port?.wallet.state().account ?? ''
  return (
    <section class="me">
      <h1>{text(meTexts.me)}</h1>
      <FaultNote />
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
      <DebtsCard />
      <PrepaidCard />
      <SecretCard />
      <NumberCard />
      <FreezeCard />
      <Leave />
      <p class="small">{text(pageTexts.simulated)}</p>
    </section>
  )
}

function NumberCard() {
  const app = useApp()
  const text = useText()
  return (
    <div class="card">
      <p class="small">{text(peopleTexts.numberWhy)}</p>
      <AskTwice
        wish={text(peopleTexts.number)}
        sure={text(peopleTexts.number)}
        run={() => void app.order((port) => port.changeNumber())}
      />
    </div>
  )
}

function Leave() {
  const app = useApp()
  const text = useText()
  return (
    <div class="card">
      <p class="small">{text(meTexts.leaveWhy)}</p>
      <AskTwice
        wish={text(meTexts.leave)}
        sure={text(meTexts.leaveSure)}
        run={() => void app.leave()}
      />
    </div>
  )
}

function FreezeCard() {
  const app = useApp()
  const { news } = useRiderState()
  const text = useText()
  const [lossFenMax, setLoss] = useState<number | null>(null)
  const freeze = async () => {
    const done = await app.order((port) => port.freeze())
    if (done.ok) setLoss(done.value.lossFenMax)
  }
  if (news?.frozen) {
    return (
      <>
        <FreezeFacts freeze={news.frozen} lossFenMax={lossFenMax} />
        <a class="second-action" href="#freeze">
          {text(peopleTexts.unfreeze)}
        </a>
      </>
    )
  }
  // Without a name and a secret nothing could lift the freeze from another browser.
  if (news?.signInName === null) return null
  return (
    <div class="card">
      <p class="small">
        {text(peopleTexts.freezeWhy)} {text(peopleTexts.elsewhereFreeze)}
      </p>
      <AskTwice
        wish={text(peopleTexts.freezeOwn)}
        sure={text(peopleTexts.freezeSure)}
        run={() => void freeze()}
      />
    </div>
  )
}
