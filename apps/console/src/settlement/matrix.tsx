import { useLanguage, useText } from '@unifare/language'
import { useMemo } from 'preact/hooks'
import { formatYuan } from '../format/money.ts'
import { issuerPlace } from '../format/names.ts'
import { settlementTexts } from '../i18n/settlement-texts.ts'
import { word } from '../i18n/words.ts'
import type { OverviewCity, OverviewSettlement } from '../model.ts'
import { type MatrixRow, type MatrixView, matrixView } from './matrix-model.ts'

/** Who rode with whom: issuers by operators, shaded by amount, with totals. */
export function Matrix({
  settlement,
  cities,
}: {
  readonly settlement: OverviewSettlement
  readonly cities: readonly OverviewCity[]
}) {
  const t = useText()
  const view = useMemo(() => matrixView(settlement, cities), [settlement, cities])
  return (
    <section class="matrix" aria-labelledby="matrix-title">
      <h3 id="matrix-title">{t(settlementTexts.matrix)}</h3>
      <p class="faint">{t(settlementTexts.matrixNote)}</p>
      <div class="scroll" tabIndex={0} role="group" aria-label={t(settlementTexts.scroll)}>
        <table>
          <Head view={view} />
          <tbody>
            {view.rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </tbody>
          <Foot view={view} />
        </table>
      </div>
    </section>
  )
}

function Head({ view }: { readonly view: MatrixView }) {
  const { language } = useLanguage()
  const t = useText()
  return (
    <thead>
      <tr>
        <th rowSpan={2} scope="col" class="corner">
          {t(settlementTexts.issuer)}
        </th>
        {view.groups.map(({ division, nameZh, nameEn, columns }) => (
          <th key={division} colSpan={columns.length} scope="colgroup" class="group">
            {language === 'zh' ? nameZh : nameEn}
          </th>
        ))}
        <th rowSpan={2} scope="col" class="total">
          {t(settlementTexts.total)}
        </th>
      </tr>
      <tr>
        {view.groups.flatMap(({ columns }) =>
          columns.map(({ id, modes }, index) => (
            <th key={id} scope="col" class={index === 0 ? 'first' : ''} title={id}>
              {modes.map((mode) => t(word('mode', mode))).join(' ')}
            </th>
          )),
        )}
      </tr>
    </thead>
  )
}

function Row({ row }: { readonly row: MatrixRow }) {
  const { language } = useLanguage()
  return (
    <tr>
      <th scope="row" title={row.id}>
        {issuerPlace(language === 'zh' ? row.nameZh : row.nameEn)}
      </th>
      {row.cells.map(({ operator, amountFen, heat, home }) => (
        <td
          key={operator}
          class={home ? 'home' : ''}
          style={{ '--heat': amountFen === 0 ? 0 : (0.06 + heat * 0.38).toFixed(3) }}
        >
          {amountFen === 0 ? <span class="zero">0.00</span> : formatYuan(amountFen)}
        </td>
      ))}
      <td class="total">{formatYuan(row.totalFen)}</td>
    </tr>
  )
}

function Foot({ view }: { readonly view: MatrixView }) {
  const t = useText()
  return (
    <tfoot>
      <tr>
        <th scope="row">{t(settlementTexts.total)}</th>
        {view.groups.flatMap(({ columns }) =>
          columns.map(({ id, totalFen }) => <td key={id}>{formatYuan(totalFen)}</td>),
        )}
        <td class="total">{formatYuan(view.totalFen)}</td>
      </tr>
    </tfoot>
  )
}
