import { useLanguage, useText } from '@unifare/language'
import { mayClaimGate, type RiderTrip } from '@unifare/rider'
import { shortTime } from '../format/format.ts'
import { peopleTexts } from '../i18n/people-texts.ts'
import { useApp } from '../state/context.tsx'
import { hasGate, standing } from '../state/trip-list.ts'
import { AskTwice } from './ask-twice.tsx'

/** "The gate did not open", in two touches, about a trip that may still cost something. */
export function GateShut({ trip }: { readonly trip: RiderTrip }) {
  const app = useApp()
  const { language } = useLanguage()
  const text = useText()
  if (trip.gateClaimAt !== null) {
    const time = shortTime(trip.gateClaimAt, app.now(), language)
    return (
      <p class="small" role="status">
        {text(standing(trip) === 'void' ? peopleTexts.gateShutVoid : peopleTexts.gateShutTold)(
          time,
        )}
      </p>
    )
  }
  if (!mayClaimGate(trip)) return null
  return (
    <AskTwice
      wish={text(hasGate(trip) ? peopleTexts.gateShut : peopleTexts.notBoarded)}
      sure={text(peopleTexts.gateShutSure)}
      run={() => void app.order((port) => port.gateDidNotOpen(trip.journey))}
    />
  )
}
