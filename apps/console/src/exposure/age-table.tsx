import { useText } from '@unifare/language'
import { exposureTexts } from '../i18n/exposure-texts.ts'
import type { ListAge } from '../model-exposure.ts'
import { TableHead } from '../shell/table-head.tsx'

const CODES = {
  all: exposureTexts.codesAll,
  'recent-credentials': exposureTexts.codesRecent,
  none: exposureTexts.codesNone,
} as const satisfies Record<ListAge['codes'], unknown>

const DAY_S = 86_400

/** What a terminal still takes with lists of an age: the rule that bounds every formula offline. */
export function AgeTable({ ages }: { readonly ages: readonly ListAge[] }) {
  const t = useText()
  const head = [
    exposureTexts.ageColumn,
    exposureTexts.codesColumn,
    exposureTexts.companionsColumn,
    exposureTexts.usesColumn,
    exposureTexts.alarmColumn,
  ]
  const yes = (is: boolean) => t(is ? exposureTexts.yes : exposureTexts.no)
  const age = (upToS: number | null) =>
    upToS === null
      ? t(exposureTexts.ageOlder)
      : t(exposureTexts.ageUpTo)(
          upToS > DAY_S
            ? t(exposureTexts.days)(String(upToS / DAY_S))
            : t(exposureTexts.hours)(String(upToS / 3600)),
        )
  return (
    <section class="exposure-group">
      <h3>{t(exposureTexts.ages)}</h3>
      <p class="faint">{t(exposureTexts.agesLead)}</p>
      <div class="scroll" tabIndex={0} role="group" aria-label={t(exposureTexts.ages)}>
        <table class="ages">
          <TableHead texts={head} />
          <tbody>
            {ages.map(({ upToS, codes, companions, usesMax, alarm }) => (
              <tr key={upToS}>
                <th scope="row">{age(upToS)}</th>
                <td>{t(CODES[codes])}</td>
                <td>{yes(companions)}</td>
                <td>{usesMax === null ? t(exposureTexts.usesUnbounded) : usesMax}</td>
                <td>{yes(alarm)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
