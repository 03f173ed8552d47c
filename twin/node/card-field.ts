import { type CardTransport, cardError } from '@unifare/card'
import { toHex, UnifareError } from '@unifare/core'
import type { ControlOrders } from './control-app.ts'
import { bytesField, textField } from './control-body.ts'
import type { ControlClient } from './control-client.ts'

/** Name under which a process of riders answers APDUs. */
const FIELD = 'field'

/** Cards of this process that lie at a terminal of another one. */
export interface CardField {
  readonly name: string
  readonly orders: ControlOrders
  /** Lays a card down while `work` runs; gives it the name that the terminal asks for. */
  lay<T>(card: CardTransport, work: (name: string) => Promise<T>): Promise<T>
}

/** The riders' side of cards at terminals of another process. */
export function createCardField(): CardField {
  const lying = new Map<string, CardTransport>()
  let laid = 0
  return {
    name: FIELD,
    orders: {
      async apdu(body) {
        const card = lying.get(textField(body, 'card'))
        if (card === undefined) throw cardError('card.torn')
        return toHex(await card.transmit(bytesField(body, 'apdu')))
      },
    },
    async lay(card, work) {
      laid += 1
      const name = `card-${laid}`
      lying.set(name, card)
      try {
        return await work(name)
      } finally {
        lying.delete(name)
      }
    },
  }
}

/**
 * The terminal's side: APDUs travel to the riders' process. Whatever breaks on the way is a card
 * that left the field (`card.torn`): whether it carried the command out is then not known.
 */
export function createHttpCardTransport(riders: ControlClient, card: string): CardTransport {
  return {
    async transmit(apdu) {
      try {
        const answer = await riders.order(FIELD, 'apdu', { card, apdu: toHex(apdu) })
        return bytesField({ answer }, 'answer')
      } catch (error) {
        if (error instanceof UnifareError && error.code === 'control.unreachable') {
          throw cardError('card.torn')
        }
        throw error
      }
    },
  }
}
