import { useText } from '@unifare/language'
import type { SignIn } from '@unifare/rider'
import { useId, useState } from 'preact/hooks'
import { peopleTexts } from '../i18n/people-texts.ts'

/** Name and secret, and what is to be done with them. */
export function SignInForm({
  action,
  run,
}: {
  readonly action: string
  readonly run: (signIn: SignIn) => Promise<unknown>
}) {
  const text = useText()
  const id = useId()
  const [name, setName] = useState('')
  const [secret, setSecret] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    await run({ name, secret })
    setBusy(false)
  }
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <label for={`${id}-name`}>{text(peopleTexts.secretName)}</label>
      <input
        id={`${id}-name`}
        value={name}
        required
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <label for={`${id}-secret`}>{text(peopleTexts.secret)}</label>
      <input
        id={`${id}-secret`}
        value={secret}
        required
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        onInput={({ currentTarget }) => setSecret(currentTarget.value)}
      />
      <button type="submit" class="main-action" disabled={busy}>
        {action}
      </button>
    </form>
  )
}
