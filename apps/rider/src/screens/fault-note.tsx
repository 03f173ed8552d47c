import { useText } from '@unifare/language'
import { faultText } from '../i18n/fault-texts.ts'
import { meTexts } from '../i18n/me-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import { AskTwice } from './ask-twice.tsx'

/** Refusals of a network that is not the one of this account: nothing else helps any more. */
const STRANGE: readonly string[] = ['message.bad-signature', 'issuer.no-account']

/** What was refused last, in words. */
export function FaultNote() {
  const app = useApp()
  const { fault, phase } = useRiderState()
  const text = useText()
  if (fault === null) return null
  return (
    <div class="fault" role="alert">
      <p>{text(faultText(fault))}</p>
      {phase === 'open' && STRANGE.includes(fault) && (
        <AskTwice
          wish={text(meTexts.startOver)}
          sure={text(meTexts.startOverSure)}
          run={() => void app.forget()}
        />
      )}
    </div>
  )
}
