import { parseAnswer, parseCommand } from '../src/apdu.ts'
import { cardError } from '../src/errors.ts'
import { SW } from '../src/status-words.ts'

type Transmit = (apdu: Uint8Array) => Promise<Uint8Array>

/** Rounds of 61xx and 6Cxx; a card that asks for more is broken. */
const ROUNDS_MAX = 8
const HEADER_BYTES = 4
const NOTHING = new Uint8Array(0)

/**
 * Completes answers in parts: 61xx is fetched with GET RESPONSE until all is there, 6Cxx repeats
 * the command with the Le that the card names (ISO/IEC 7816-4, reference card 4.1). Under T=0 a
 * command with data goes out without its Le. Rejects with `card.bad-answer` when a card has no
 * end or no status word.
 */
export function completing(transmit: Transmit, protocol: 't0' | 't1'): Transmit {
  return async (apdu) => {
    let next = protocol === 't0' ? withoutLe(apdu) : apdu
    let collected = NOTHING
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const response = await transmit(next)
      const answer = parseAnswer(response)
      if (!answer) throw cardError('card.bad-answer', { length: response.length })
      const low = answer.sw & 0xff
      const more = (answer.sw & 0xff00) === 0x6100
      if ((answer.sw & 0xff00) === SW.wrongLe && hasLe(next)) {
        next = Uint8Array.of(...next.subarray(0, -1), low)
        continue
      }
      collected = Uint8Array.of(...collected, ...answer.data)
      if (!more) return Uint8Array.of(...collected, answer.sw >> 8, low)
      next = Uint8Array.of(0x00, 0xc0, 0x00, 0x00, low)
    }
    throw cardError('card.bad-answer')
  }
}

function hasLe(apdu: Uint8Array): boolean {
  return parseCommand(apdu)?.le !== undefined
}

/** Case 4 as case 3; everything else as it is. */
function withoutLe(apdu: Uint8Array): Uint8Array {
  const command = parseCommand(apdu)
  const both = command?.le !== undefined && command.data.length > 0
  return both ? apdu.subarray(0, HEADER_BYTES + 1 + command.data.length) : apdu
}
