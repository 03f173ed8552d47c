import { useText } from '@unifare/language'
import { centreTexts } from '../i18n/centre-texts.ts'
import { settlementTexts } from '../i18n/settlement-texts.ts'
import type { BoardHeld } from '../model-centre.ts'
import { TableHead } from '../shell/table-head.tsx'

/** Held charges, those that must be decided first on top. */
export function HeldTable({ held }: { readonly held: readonly BoardHeld[] }) {
  const t = useText()
  const sorted = held.toSorted((a, b) => (a.deadline < b.deadline ? -1 : 1))
  const head = [centreTexts.charge, centreTexts.day, centreTexts.why, centreTexts.until]
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={t(settlementTexts.scroll)}>
      <table class="held">
        <TableHead texts={head} />
        <tbody>
          {sorted.map(({ charge, day, verdict, text, deadline }) => (
            <tr key={charge}>
              <th scope="row">
                <code>{charge}</code>
              </th>
              <td>{day}</td>
              <td>
                {t(text)} <code>{verdict}</code>
              </td>
              <td>{deadline}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
