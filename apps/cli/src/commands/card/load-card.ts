import { ALGORITHM_SM4, createLoadHost, type LoadHost, loadCard, readCard } from '@unifare/card'
import { toHex } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { money } from './apdu-fields.ts'
import { DEMO_TERMINAL } from './demo-terminal.ts'
import { type KeyRing, openKeyRing } from './key-ring.ts'
import { type CardChoice, openCard } from './open-card.ts'
import { refused } from './refusal.ts'
import { inLanguage } from './text.ts'

/** What `unifare card load` is asked. */
export interface LoadOptions extends CardChoice {
  readonly json?: boolean
  readonly keys?: string
  readonly amount: number
}

/** Loads a card; the keys of the ring stand for its issuer's host. */
export async function loadPurse(file: string | undefined, options: LoadOptions): Promise<number> {
  const ring = await openKeyRing(options.keys)
  const card = await openCard(file, options)
  try {
    const read = await readCard(card.transport)
    if (!read.ok) throw refused(read)
    const { view } = read
    const loaded = await loadCard({
      transport: card.transport,
      host: hostOf(ring),
      view,
      terminal: DEMO_TERMINAL,
      keyIndex: 1,
      amountFen: options.amount,
      at: Date.now(),
    })
    if (!loaded.ok) throw refused(loaded)
    const { balanceAfterFen: balanceFen, opening, tac } = loaded
    const told = {
      number: view.number,
      amountFen: options.amount,
      balanceFen,
      onlineNumber: opening.onlineNumber,
      terminal: opening.terminal,
      date: opening.date,
      time: opening.time,
      tac: toHex(tac),
    }
    if (options.json === true) printJson(told)
    else {
      const [amount, balance] = [money(options.amount), money(balanceFen)]
      printLines(
        inLanguage(
          {
            en: `loaded ${amount.en}, ${balance.en} on the card`,
            zh: `已充值 ${amount.zh}，余额 ${balance.zh}`,
          },
          options.lang,
        ),
      )
    }
    return EXIT.ok
  } finally {
    await card.close()
  }
}

/** The issuer's side under whichever keys the card answers with. */
function hostOf(ring: KeyRing): LoadHost {
  const under = (algorithm: number): LoadHost => {
    const { load, tac } = ring.masters('mot', algorithm === ALGORITHM_SM4 ? 'sm4' : '3des')
    return createLoadHost({ store: ring.store, load, tac })
  }
  return {
    authorise: (opening) => under(opening.algorithm).authorise(opening),
    confirm: (opening, tac) => under(opening.algorithm).confirm(opening, tac),
  }
}
