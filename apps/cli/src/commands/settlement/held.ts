import { HELD_STATES, type HeldState, heldCharges, VERDICTS, type Verdict } from '@unifare/centre'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openStoredParty } from '../../stored-network.ts'
import type { SettlementOptions } from './asked.ts'

const NONE = { en: 'no charges are held', zh: '无暂挂交易' } as const
const UNTIL = { en: 'until', zh: '截止' } as const
const BY = { en: 'decided by', zh: '依据' } as const

/** Prints the suspicious charges of a stored centre, as its last close left them. */
export async function showHeld({
  data,
  lang,
  json,
  all,
}: SettlementOptions & { readonly all?: boolean }): Promise<number> {
  const stored = await openStoredParty(data)
  try {
    const rows = await stored.repository.transaction((tx) =>
      tx.select(heldCharges, all === true ? {} : { state: 'HELD' }),
    )
    const told = rows.map(({ operator, number, ...rest }) => ({
      charge: `${operator}-${number}`,
      ...rest,
      text: VERDICTS[rest.verdict as Verdict],
      stateText: HELD_STATES[rest.state as HeldState],
    }))
    if (json === true) printJson({ centre: stored.centre, held: told })
    else if (told.length === 0) printLines(NONE[lang])
    else {
      printLines(
        ...told.map(({ charge, day, verdict, text, state, stateText, deadline, decidedBy }) => {
          const by = decidedBy === '' ? '' : `; ${BY[lang]} ${decidedBy}`
          return `${charge}  ${day}  ${verdict} ${text[lang]}; ${state} ${stateText[lang]}, ${UNTIL[lang]} ${deadline}${by}`
        }),
      )
    }
    return EXIT.ok
  } finally {
    await stored.close()
  }
}
