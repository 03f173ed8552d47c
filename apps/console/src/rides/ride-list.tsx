import { useLanguage, useText } from '@unifare/language'
import { rideTexts } from '../i18n/ride-texts.ts'
import type { Overview } from '../model.ts'
import { Nothing } from '../shell/states.tsx'
import { RideRow } from './ride-row.tsx'

/** The last taps, newest first, of one city or of all. */
export function RideList({
  overview,
  tap,
  city,
  onTap,
  onAllCities,
}: {
  readonly overview: Overview
  readonly tap: string | null
  readonly city: string | null
  readonly onTap: (tap: string) => void
  readonly onAllCities: () => void
}) {
  const { language } = useLanguage()
  const t = useText()
  const rides = overview.rides.filter((ride) => city === null || ride.city === city)
  const place = overview.cities.find(({ division }) => division === city)
  return (
    <section class="rides" aria-labelledby="rides-title">
      <div class="rides-head">
        <h2 id="rides-title">{t(rideTexts.title)}</h2>
        {place === undefined ? (
          <p>{t(rideTexts.lead)}</p>
        ) : (
          <button type="button" class="chip" onClick={onAllCities}>
            {t(rideTexts.onlyCity)(language === 'zh' ? place.nameZh : place.nameEn)} ·{' '}
            {t(rideTexts.allCities)}
          </button>
        )}
      </div>
      {rides.length === 0 && city !== null && <Nothing title={t(rideTexts.noneHere)} />}
      {rides.length === 0 && city === null && (
        <Nothing title={t(rideTexts.none)} next={t(rideTexts.noneNext)} />
      )}
      <ol class="ride-list">
        {rides.map((ride) => (
          <RideRow
            key={ride.tap}
            ride={ride}
            chosen={ride.tap === tap}
            onChoose={() => onTap(ride.tap)}
          />
        ))}
      </ol>
    </section>
  )
}
