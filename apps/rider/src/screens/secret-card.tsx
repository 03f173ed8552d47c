import { useText } from '@unifare/language'
import type { SignIn } from '@unifare/rider'
import { useId, useState } from 'preact/hooks'
import { peopleTexts } from '../i18n/people-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import { newName } from '../wallet/port.ts'

/** Name and secret of the account: made here, shown once, for a new phone or a lost one. */
export function SecretCard() {
  const app = useApp()
  const { news, secret } = useRiderState()
  const text = useText()
  const id = useId()
  const [name, setName] = useState(newName)
  const [made, setMade] = useState<SignIn | null>(null)
  const noted = () => {
    setMade(null)
    void app.noteSecret()
  }
  const make = async () => {
    const done = await app.order((port) => port.signUp(name))
    if (done.ok) setMade(done.value)
  }
  const shown = made ?? secret
  if (shown !== null) {
    return (
      <div class="card" role="status">
        <p>{text(peopleTexts.secretOnce)}</p>
        <p class="secret">
          {text(peopleTexts.secretName)}: <strong>{shown.name}</strong>
          <br />
          {text(peopleTexts.secret)}: <strong>{dashed(shown.secret)}</strong>
        </p>
        <button type="button" class="second-action" onClick={noted}>
          {text(peopleTexts.secretNoted)}
        </button>
      </div>
    )
  }
  return (
    <div class="card">
      <h2>{text(peopleTexts.newPhone)}</h2>
      {news?.signInName ? (
        <p>{text(peopleTexts.secretSet)(news.signInName)}</p>
      ) : (
        <>
          <p class="small">{text(peopleTexts.secretWhy)}</p>
          <label for={id}>{text(peopleTexts.secretName)}</label>
          <input
            id={id}
            value={name}
            autocapitalize="none"
            spellcheck={false}
            aria-describedby={`${id}-hint`}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
          <span class="small" id={`${id}-hint`}>
            {text(peopleTexts.secretNameHint)}
          </span>
          <button type="button" class="second-action" onClick={() => void make()}>
            {text(peopleTexts.secretMake)}
          </button>
        </>
      )}
    </div>
  )
}

/** Groups are easier to copy; whoever types them may leave the dashes out. */
function dashed(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1-')
}
