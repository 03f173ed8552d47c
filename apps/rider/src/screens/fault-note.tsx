import { faultText } from '../i18n/fault-texts.ts'
import { useText } from '../i18n/language.tsx'
import { useRiderState } from '../state/context.tsx'

/** What was refused last, in words. */
export function FaultNote() {
  const { fault } = useRiderState()
  const text = useText()
  if (fault === null) return null
  return (
    <p class="fault" role="alert">
      {text(faultText(fault))}
    </p>
  )
}
