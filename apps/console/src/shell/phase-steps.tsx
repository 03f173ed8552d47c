import { useText } from '@unifare/language'
import { shellTexts } from '../i18n/shell-texts.ts'
import type { Phase } from '../model.ts'

const PHASES = ['preparing', 'riding', 'closing', 'settled'] as const satisfies readonly Phase[]

/** The four phases of a day, the present one marked and announced. */
export function PhaseSteps({ phase }: { readonly phase: Phase }) {
  const t = useText()
  const present = PHASES.indexOf(phase)
  return (
    <div class="phases" role="group" aria-label={t(shellTexts.phases)}>
      <ol>
        {PHASES.map((name, index) => (
          <li
            key={name}
            class={index < present ? 'past' : index === present ? 'present' : ''}
            aria-current={index === present ? 'step' : undefined}
          >
            {t(shellTexts[name])}
          </li>
        ))}
      </ol>
      <span class="unseen" role="status">
        {t(shellTexts[phase])}
      </span>
    </div>
  )
}
