import { useLanguage, useText } from '@unifare/language'
import { formatYuan } from '../format/money.ts'
import { issuerPlace, shortName } from '../format/names.ts'
import { formatClockSeconds } from '../format/time.ts'
import { rideTexts } from '../i18n/ride-texts.ts'
import { lineName, word } from '../i18n/words.ts'
import type { OverviewRide } from '../model.ts'
import { MediumIcon } from './medium-icon.tsx'

/** One tap: when, with what, from where to whom, and what it costs or why it was refused. */
export function RideRow({
  ride,
  chosen,
  onChoose,
}: {
  readonly ride: OverviewRide
  readonly chosen: boolean
  readonly onChoose: () => void
}) {
  const { language } = useLanguage()
  const t = useText()
  const zh = language === 'zh'
  const line = t(lineName(ride.mode, ride.line))
  return (
    <li>
      <button
        type="button"
        class={ride.ok ? 'ride' : 'ride ride-refused'}
        aria-pressed={chosen}
        onClick={onChoose}
      >
        <time dateTime={ride.at}>{formatClockSeconds(ride.at)}</time>
        <MediumIcon medium={ride.medium} />
        <span class="ride-way">
          {issuerPlace(zh ? ride.issuerZh : ride.issuerEn)}
          <span class="arrow" aria-hidden="true">
            →
          </span>
          {shortName(zh ? ride.operatorZh : ride.operatorEn)}
        </span>
        <span class="ride-note">
          {ride.ok
            ? [t(word('kind', ride.kind)), line].filter((part) => part !== '').join(' · ')
            : ((zh ? ride.reasonZh : ride.reasonEn) ?? ride.reason)}
        </span>
        <span class="ride-amount">
          <Amount ride={ride} />
        </span>
      </button>
    </li>
  )
}

function Amount({ ride }: { readonly ride: OverviewRide }) {
  const t = useText()
  if (!ride.ok) return <span class="faint">{t(rideTexts.noCharge)}</span>
  // The price belongs to the journey: it stands at the tap that ends it, once.
  if (ride.kind === 'entry' || ride.kind === 'rent') {
    return <span class="faint">{t(rideTexts.atTheEnd)}</span>
  }
  // A code's tap costs nothing until the operator has priced the journey.
  const unpriced = ride.charge === undefined && (ride.amountFen ?? 0) === 0
  if (unpriced) return <span class="faint">{t(rideTexts.pendingPrice)}</span>
  return <>{formatYuan(ride.amountFen ?? 0)}</>
}
