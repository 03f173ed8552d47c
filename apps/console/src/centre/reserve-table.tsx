import { useText } from '@unifare/language'
import { formatYuan } from '../format/money.ts'
import { centreTexts } from '../i18n/centre-texts.ts'
import { settlementTexts } from '../i18n/settlement-texts.ts'
import type { BoardReserve } from '../model-centre.ts'
import { byUrgency, useOfCap } from './attention.ts'
import { useMemberName } from './use-member-name.ts'

/** Figures of an account; the first stand on narrow pages too. */
const FIGURES = [
  ['availableFen', centreTexts.available, ''],
  ['depositFen', centreTexts.deposit, ''],
  ['capFen', centreTexts.cap, ''],
  ['exposureFen', centreTexts.exposure, 'wide'],
  ['payableFen', centreTexts.setAside, 'wide'],
  ['withdrawableFen', centreTexts.withdrawable, 'wide'],
] as const satisfies readonly (readonly [keyof BoardReserve, unknown, string])[]

/** Reserve accounts, those with alarms first. */
export function ReserveTable({ reserves }: { readonly reserves: readonly BoardReserve[] }) {
  const t = useText()
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={t(settlementTexts.scroll)}>
      <table class="reserves">
        <thead>
          <tr>
            <th scope="col">{t(centreTexts.member)}</th>
            <th scope="col">{t(centreTexts.use)}</th>
            {FIGURES.map(([figure, text, width]) => (
              <th key={figure} scope="col" class={`number ${width}`}>
                {t(text)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {byUrgency(reserves).map((account) => (
            <Account key={account.member} account={account} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Account({ account }: { readonly account: BoardReserve }) {
  const t = useText()
  const nameOf = useMemberName()
  const { member, suspended, alarms } = account
  const faults = [
    ...(suspended ? [t(centreTexts.suspended)] : []),
    ...alarms.map(({ text }) => t(text)),
  ]
  const bad = faults.length > 0 ? 'account-bad' : ''
  return (
    <>
      <tr class={bad}>
        <th scope="row">
          {nameOf(member)} <code>{member}</code>
        </th>
        <td>
          <Use part={useOfCap(account)} />
        </td>
        {FIGURES.map(([figure, , width]) => (
          <td key={figure} class={`number ${width}`}>
            {formatYuan(account[figure])}
          </td>
        ))}
      </tr>
      {faults.length > 0 && (
        <tr class={`${bad} account-faults`}>
          <td colSpan={FIGURES.length + 2}>
            {faults.map((fault) => (
              <span key={fault} class="fault">
                <span aria-hidden="true">▲</span> {fault}
              </span>
            ))}
          </td>
        </tr>
      )}
    </>
  )
}

/** How much of a cap is used, drawn and in percent. */
function Use({ part }: { readonly part: number }) {
  const percent = Math.round(part * 1000) / 10
  return (
    <div class={part >= 1 ? 'use use-full' : 'use'}>
      <i aria-hidden="true" style={{ '--part': Math.min(1, part).toFixed(3) }} />
      <span>{percent} %</span>
    </div>
  )
}
