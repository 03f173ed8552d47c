import { useText } from '@unifare/language'
import { pageTexts } from '../i18n/page-texts.ts'
import { peopleTexts } from '../i18n/people-texts.ts'
import { useApp } from '../state/context.tsx'
import { FaultNote } from './fault-note.tsx'
import { SignInForm } from './sign-in-form.tsx'

/** A new phone takes an account over. */
export function TakeOverScreen() {
  const app = useApp()
  const text = useText()
  return (
    <section>
      <p>
        <a class="back" href="#">
          ‹ {text(pageTexts.back)}
        </a>
      </p>
      <h1>{text(peopleTexts.takeOver)}</h1>
      <p class="small">{text(peopleTexts.takeOverWhy)}</p>
      <FaultNote />
      <SignInForm action={text(peopleTexts.takeOverNow)} run={(signIn) => app.takeOver(signIn)} />
    </section>
  )
}
