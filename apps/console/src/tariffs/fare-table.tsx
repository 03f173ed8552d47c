import { useText } from '@unifare/language'
import { formatCount, formatYuan } from '../format/money.ts'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import type { FarePicture } from '../model-tariffs.ts'

/** More rows and columns than this cannot be read. */
const SHOWN = 16

/** A table of fares between places, shaded by amount. */
export function FareTable({ picture }: { readonly picture: FarePicture & { kind: 'table' } }) {
  const t = useText()
  const { places, amountsFen } = picture
  const size = places.length
  const shown = places.slice(0, SHOWN).map((stations, at) => ({ name: nameOf(stations), at }))
  const most = amountsFen.reduce((highest, amountFen) => Math.max(highest, amountFen), 1)
  return (
    <figure class="fare-table">
      <figcaption class="faint">
        {t(tariffTexts.matrix)} · {t(tariffTexts.places)(formatCount(size))}
        {size > SHOWN && ` · ${t(tariffTexts.tableCut)}`}
      </figcaption>
      <div class="scroll" tabIndex={0} role="group" aria-label={t(tariffTexts.matrix)}>
        <table>
          <thead>
            <tr>
              <td />
              {shown.map(({ name, at }) => (
                <th key={at} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.at}>
                <th scope="row">{row.name}</th>
                {shown.map((column) => {
                  const amountFen = amountsFen[row.at * size + column.at] ?? 0
                  const heat = (0.05 + (amountFen / most) * 0.4).toFixed(3)
                  return (
                    <td key={column.at} style={{ '--heat': heat }}>
                      {formatYuan(amountFen)}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  )
}

function nameOf(stations: readonly number[]): string {
  const [first] = stations
  return stations.length > 1 ? `${first}–${stations.at(-1)}` : String(first ?? '')
}
