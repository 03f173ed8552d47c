import { useText } from '@unifare/language'
import { rideTexts } from '../i18n/ride-texts.ts'

/** A card or a ride code, drawn and named. */
export function MediumIcon({ medium }: { readonly medium: 'card' | 'code' }) {
  const t = useText()
  return (
    <svg class="medium" viewBox="0 0 20 20" role="img" aria-label={t(rideTexts[medium])}>
      <title>{t(rideTexts[medium])}</title>
      {medium === 'card' ? (
        <path d="M2.5 6.5a2 2 0 0 1 2-2h11a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2zM2.5 8.5h15M5 12.5h3" />
      ) : (
        <path d="M3 3h5v5H3zM12 3h5v5h-5zM3 12h5v5H3zM12 12h2v2h-2zM15.5 15.5h1.5v1.5h-1.5z" />
      )}
    </svg>
  )
}
