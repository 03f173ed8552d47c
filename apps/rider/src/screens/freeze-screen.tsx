import { useText } from '@unifare/language'
import type { Frozen, SignIn } from '@unifare/rider'
import { useState } from 'preact/hooks'
import { peopleTexts } from '../i18n/people-texts.ts'
import { useApp } from '../state/context.tsx'
import { freezeByName, unfreezeByName } from '../wallet/port.ts'
import { FaultNote } from './fault-note.tsx'
import { FreezeFacts } from './freeze-facts.tsx'
import { SignInForm } from './sign-in-form.tsx'

/** Freezes an account from any browser: no wallet here, only name and secret. */
export function FreezeScreen() {
  const app = useApp()
  const text = useText()
  const [frozen, setFrozen] = useState<Frozen | null>(null)
  const [lifted, setLifted] = useState(false)
  const freeze = async (signIn: SignIn) => {
    const done = await app.orderByName((way) => freezeByName(way, signIn))
    if (!done.ok) return
    setFrozen(done.value)
    setLifted(false)
  }
  const unfreeze = async (signIn: SignIn) => {
    const done = await app.orderByName((way) => unfreezeByName(way, signIn))
    if (!done.ok) return
    setFrozen(null)
    setLifted(true)
  }
  return (
    <section>
      <h1>{text(peopleTexts.freeze)}</h1>
      <p class="small">{text(peopleTexts.freezeWhy)}</p>
      <FaultNote />
      {lifted && <p role="status">{text(peopleTexts.unfrozen)}</p>}
      {frozen === null ? (
        <SignInForm key="freeze" action={text(peopleTexts.freeze)} run={freeze} />
      ) : (
        <>
          <FreezeFacts freeze={frozen} lossFenMax={frozen.lossFenMax} />
          <SignInForm key="unfreeze" action={text(peopleTexts.unfreeze)} run={unfreeze} />
        </>
      )}
    </section>
  )
}
