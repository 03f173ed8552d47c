import { EXIT, printJson, printLines } from '../../output.ts'
import { askParty } from '../../readings/ask-party.ts'
import type { SettlementOptions } from './asked.ts'

const NONE = { en: 'no charges are held', zh: '无暂挂交易' } as const
const UNTIL = { en: 'until', zh: '截止' } as const
const BY = { en: 'decided by', zh: '依据' } as const

/** Prints the suspicious charges of a centre, as its last close left them. */
export async function showHeld({
  data,
  lang,
  json,
  all = false,
}: SettlementOptions & { readonly all?: boolean }): Promise<number> {
  const told = await askParty('held', { all }, { data })
  const { held } = told
  if (json === true) printJson(told)
  else if (held.length === 0) printLines(NONE[lang])
  else {
    printLines(
      ...held.map(({ charge, day, verdict, text, state, stateText, deadline, decidedBy }) => {
        const by = decidedBy === '' ? '' : `; ${BY[lang]} ${decidedBy}`
        return `${charge}  ${day}  ${verdict} ${text[lang]}; ${state} ${stateText[lang]}, ${UNTIL[lang]} ${deadline}${by}`
      }),
    )
  }
  return EXIT.ok
}
