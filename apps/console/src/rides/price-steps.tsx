import { useLanguage, useText } from '@unifare/language'
import { formatSignedYuan, formatYuan } from '../format/money.ts'
import { formatKm } from '../format/names.ts'
import { rideTexts } from '../i18n/ride-texts.ts'
import type { OverviewCharge, OverviewRide } from '../model.ts'

/** A price, step by step, as on a receipt; or why there is none. */
export function PriceSteps({ ride }: { readonly ride: OverviewRide }) {
  const t = useText()
  if (!ride.ok) {
    return (
      <div class="receipt-none">
        <p class="receipt-reason">
          {t({ zh: ride.reasonZh, en: ride.reasonEn }) ?? ride.reason} <code>{ride.reason}</code>
        </p>
        <p>{t(rideTexts.refusedPrice)}</p>
      </div>
    )
  }
  if (ride.charge === undefined) return <p class="receipt-none">{t(rideTexts.waitingPrice)}</p>
  return <Steps charge={ride.charge} />
}

function Steps({ charge }: { readonly charge: OverviewCharge }) {
  const { language } = useLanguage()
  const t = useText()
  return (
    <>
      <table class="price">
        <caption>{t(rideTexts.price)}</caption>
        <tbody>
          {charge.parts.map(({ rule, amountFen, zh, en }, index) => (
            <tr key={rule}>
              <th scope="row">
                {language === 'zh' ? zh : en} <code>{rule}</code>
              </th>
              <td>{index === 0 ? formatYuan(amountFen) : formatSignedYuan(amountFen)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t(rideTexts.total)}</th>
            <td>
              <small>{t(rideTexts.yuan)}</small> {formatYuan(charge.amountFen)}
            </td>
          </tr>
        </tfoot>
      </table>
      <Basis charge={charge} />
    </>
  )
}

function Basis({ charge }: { readonly charge: OverviewCharge }) {
  const t = useText()
  const { from = '0', to = '0', distanceM = 0, tariff, sourceZh } = charge
  const rows: [string, string][] = [
    [t(rideTexts.tariff), `${tariff.id} · ${t(rideTexts.version)(String(tariff.version))}`],
  ]
  // 0 stands for "no station": vehicles know none.
  if (to !== '0') rows.push([t(rideTexts.stations), t(rideTexts.between)(from, to)])
  if (distanceM > 0) rows.push([t(rideTexts.distance), `${formatKm(distanceM)} km`])
  if (sourceZh !== undefined) rows.push([t(rideTexts.source), sourceZh])
  return (
    <dl class="facts">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
