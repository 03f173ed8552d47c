import { useLanguage, useText } from '@unifare/language'
import { issuerPlace, shortName } from '../format/names.ts'
import { formatClockSeconds } from '../format/time.ts'
import { rideTexts } from '../i18n/ride-texts.ts'
import { lineName, word } from '../i18n/words.ts'
import type { Overview, OverviewRide } from '../model.ts'
import { useTrace } from '../state/use-trace.ts'
import { PriceSteps } from './price-steps.tsx'
import { TraceWay } from './trace-way.tsx'

/** One tap: its price step by step, and its way from the terminal's bytes to two statements. */
export function RideDetail({
  tap,
  ride,
  overview,
}: {
  readonly tap: string
  readonly ride: OverviewRide | null
  readonly overview: Overview
}) {
  const t = useText()
  const trace = useTrace(tap, `${overview.phase}/${ride?.charge?.id ?? ''}`)
  return (
    <>
      <div class="sheet-head">
        <h2 id="ride-title" tabIndex={-1}>
          {t(rideTexts.detail)}
        </h2>
        <p>{t(rideTexts.detailLead)}</p>
      </div>
      <div class="ride-detail">
        <div class={ride?.ok === false ? 'receipt receipt-refused' : 'receipt'}>
          {ride !== null && <RideSummary ride={ride} />}
          {ride !== null && <PriceSteps ride={ride} />}
          <p class="tap-id">{tap}</p>
        </div>
        <TraceWay state={trace} refused={ride?.ok === false} />
      </div>
    </>
  )
}

function RideSummary({ ride }: { readonly ride: OverviewRide }) {
  const { language } = useLanguage()
  const t = useText()
  const zh = language === 'zh'
  const facts = [
    formatClockSeconds(ride.at),
    t(rideTexts[ride.medium]),
    t(word('mode', ride.mode)),
    t(lineName(ride.mode, ride.line)),
    t(word('kind', ride.kind)),
  ].filter((fact) => fact !== '')
  return (
    <div class="receipt-head">
      <p class="receipt-way">
        {issuerPlace(zh ? ride.issuerZh : ride.issuerEn)}{' '}
        <span class="arrow" aria-hidden="true">
          →
        </span>{' '}
        {shortName(zh ? ride.operatorZh : ride.operatorEn)}
      </p>
      <p class="receipt-facts">{facts.join(' · ')}</p>
    </div>
  )
}
