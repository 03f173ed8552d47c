import { useLanguage, useText } from '@unifare/language'
import type { RiderNews } from '@unifare/rider'
import { money, shortTime } from '../format/format.ts'
import { peopleTexts } from '../i18n/people-texts.ts'
import { useApp } from '../state/context.tsx'

/** From when on a frozen account is refused, and what can be lost until then. */
export function FreezeFacts({
  freeze,
  lossFenMax,
}: {
  readonly freeze: NonNullable<RiderNews['frozen']>
  /** Known to who froze; null otherwise. */
  readonly lossFenMax: number | null
}) {
  const app = useApp()
  const { language } = useLanguage()
  const text = useText()
  const when = (at: number) => shortTime(at, app.now(), language)
  return (
    <div class="card" role="status">
      <strong>{text(peopleTexts.frozen)}</strong>
      <dl class="facts">
        <div>
          <dt>{text(peopleTexts.frozenConnected)}</dt>
          <dd>{when(freeze.connectedRefuseFrom)}</dd>
        </div>
        <div>
          <dt>{text(peopleTexts.frozenAll)}</dt>
          <dd>{when(freeze.refusedBy)}</dd>
        </div>
        {lossFenMax !== null && (
          <div>
            <dt>{text(peopleTexts.frozenLoss)}</dt>
            <dd>{money(lossFenMax)}</dd>
          </div>
        )}
      </dl>
    </div>
  )
}
