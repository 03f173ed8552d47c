import { useText } from '@unifare/language'
import { formatSignedYuan, formatYuan } from '../format/money.ts'
import { centreTexts } from '../i18n/centre-texts.ts'
import type { BoardItem } from '../model-centre.ts'
import { useMemberName } from './use-member-name.ts'

/** Suspense items with both sides, their age and what to do; overdue ones first, then the oldest. */
export function ItemList({ items }: { readonly items: readonly BoardItem[] }) {
  const sorted = items.toSorted(
    (a, b) => Number(b.overdue) - Number(a.overdue) || b.ageDays - a.ageDays,
  )
  return (
    <ul class="suspense">
      {sorted.map((item) => (
        <Item key={item.key} item={item} />
      ))}
    </ul>
  )
}

function Item({ item }: { readonly item: BoardItem }) {
  const t = useText()
  const nameOf = useMemberName()
  const { key, member, text, todo, overdue, ageDays, limitDays, openedOn } = item
  const age = t(centreTexts.age)(String(ageDays), String(limitDays))
  return (
    <li class={overdue ? 'item item-bad' : 'item'}>
      <div class="item-head">
        <h4>{t(text)}</h4>
        <code>{key}</code>
      </div>
      <Sides item={item} />
      <p class={overdue ? 'fault' : 'faint'}>
        {overdue && <>▲ {t(centreTexts.overdue)}: </>}
        {age} · {t(centreTexts.opened)(openedOn)}
        {member !== '' && ` · ${t(centreTexts.ask)(nameOf(member))}`}
      </p>
      <p>
        <span aria-hidden="true">→</span> {t(todo)}
      </p>
    </li>
  )
}

/** What each side says, and what lies between them. */
function Sides({ item }: { readonly item: BoardItem }) {
  const t = useText()
  const said = (amountFen: number | null) =>
    amountFen === null ? t(centreTexts.saysNothing) : formatYuan(amountFen)
  const sides = [
    [t(centreTexts.says)(t(item.leftText)), said(item.leftFen)],
    [t(centreTexts.says)(t(item.rightText)), said(item.rightFen)],
    [t(centreTexts.difference), formatSignedYuan(item.doubtFen)],
  ]
  return (
    <dl class="item-sides">
      {sides.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
