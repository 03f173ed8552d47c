import { blockApplication, readAlgorithm, readCard } from '@unifare/card'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openTerminal } from './demo-terminal.ts'
import { operatorOf } from './issuer-choice.ts'
import { openKeyRing } from './key-ring.ts'
import { type CardChoice, openCard } from './open-card.ts'
import { refused } from './refusal.ts'
import { openTerminalBook } from './terminal-book.ts'
import { inLanguage } from './text.ts'

/** What `unifare card block` is asked. */
export interface BlockOptions extends CardChoice {
  readonly json?: boolean
  readonly data: string
  readonly keys?: string
  readonly permanent?: boolean
}

/** Blocks the purse, as a terminal does that finds the card on its deny list. */
export async function blockCard(file: string | undefined, options: BlockOptions): Promise<number> {
  const permanent = options.permanent === true
  const ring = await openKeyRing(options.keys)
  const book = await openTerminalBook(options.data)
  const card = await openCard(file, options)
  try {
    const read = await readCard(card.transport)
    if (!read.ok) throw refused(read)
    const { view } = read
    const { psam } = await openTerminal(ring, {
      institution: operatorOf(view.city, 'bus').id,
      serial: book.serial,
      choice: options,
    })
    const told = await readAlgorithm(card.transport, psam)
    if (!told.ok) throw refused(told)
    const blocked = await blockApplication({
      transport: card.transport,
      psam,
      view,
      permanent,
      algorithm: told.algorithm,
    })
    if (!blocked.ok) throw refused(blocked)
    if (options.json === true) printJson({ number: view.number, blocked: true, permanent })
    else {
      const how = permanent
        ? { en: 'for ever', zh: '永久' }
        : { en: 'until its issuer unblocks it', zh: '临时' }
      printLines(
        inLanguage(
          { en: `${view.number} is blocked ${how.en}`, zh: `${view.number} 已${how.zh}锁定` },
          options.lang,
        ),
      )
    }
    return EXIT.ok
  } finally {
    await card.close()
  }
}
