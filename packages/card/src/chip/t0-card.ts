import { answerBytes, type Command, parseAnswer, parseCommand } from '../apdu.ts'
import type { CardTransport } from '../reader/transport.ts'
import { SW } from '../status-words.ts'

const MORE = 0x6100
const NOTHING = new Uint8Array(0)

/**
 * A card as a reader with contacts meets it under T=0: a command with data never brings its answer
 * along. It says 61xx, and GET RESPONSE fetches up to xx bytes, as often as some are left; any
 * other command forgets them (ISO/IEC 7816-3, reference card 4.1). Cards here answer in full
 * otherwise, as they do without contacts.
 */
export function underT0(card: CardTransport): CardTransport {
  let rest: Uint8Array = NOTHING
  return {
    async transmit(apdu) {
      const command = parseCommand(apdu)
      if (command && isGetResponse(command)) {
        if (rest.length === 0) return answerBytes(SW.conditions)
        const { le = 256 } = command
        if (le > rest.length && le !== 256) return answerBytes(SW.wrongLe + rest.length)
        const part = rest.slice(0, le)
        rest = rest.slice(part.length)
        return answerBytes(rest.length === 0 ? SW.ok : MORE + Math.min(rest.length, 0xff), part)
      }
      rest = NOTHING
      const withData = command !== undefined && command.data.length > 0
      const response = await card.transmit(
        withData ? apdu.subarray(0, 5 + command.data.length) : apdu,
      )
      const answer = parseAnswer(response)
      if (!withData || answer?.sw !== SW.ok || answer.data.length === 0) return response
      rest = answer.data
      return answerBytes(MORE + (rest.length & 0xff))
    },
  }
}

function isGetResponse({ cla, ins, p1, p2, data }: Command): boolean {
  return cla === 0x00 && ins === 0xc0 && p1 === 0x00 && p2 === 0x00 && data.length === 0
}
