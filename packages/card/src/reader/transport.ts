import { type Answer, commandBytes, parseAnswer } from '../apdu.ts'
import { type CardErrorCode, cardError } from '../errors.ts'
import { SW } from '../status-words.ts'

/**
 * A way to a card or PSAM. It rejects with `card.torn` (see `cardError`) when the card leaves the
 * field; whether the card still carried the command out is then not known.
 */
export interface CardTransport {
  transmit(apdu: Uint8Array): Promise<Uint8Array>
}

/** A command in parts: CLA INS P1 P2 as one number, data, Le. */
export interface Apdu {
  readonly header: number
  readonly data?: Uint8Array
  readonly le?: number
}

/** Rounds of 61xx and 6Cxx that a reader follows; a card that asks for more is broken. */
const ROUNDS_MAX = 4

/**
 * Sends a command; follows 61xx with GET RESPONSE and repeats 6Cxx with the Le asked for. Rejects
 * with `card.bad-answer` when an answer has no status word or the card never comes to an end.
 */
export async function exchange(transport: CardTransport, apdu: Apdu): Promise<Answer> {
  let next = apdu
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const bytes = commandBytes(next.header, next.data, next.le)
    const answer = parseAnswer(await transport.transmit(bytes))
    if (!answer) throw cardError('card.bad-answer')
    const kind = answer.sw & 0xff00
    if (kind === 0x6100) next = { header: 0x00c00000, le: answer.sw & 0xff }
    else if (kind === SW.wrongLe) next = { ...next, le: answer.sw & 0xff }
    else return answer
  }
  throw cardError('card.bad-answer')
}

/**
 * Sends a command whose refusal ends the flow: any status but 9000 rejects with the code that
 * `codes` gives for it (`card.wrong-status` otherwise), an answer of another length with
 * `card.bad-answer`.
 */
export async function expect9000(
  transport: CardTransport,
  apdu: Apdu,
  options: {
    readonly length?: number
    readonly codes?: Readonly<Record<number, CardErrorCode>>
    readonly otherwise?: CardErrorCode
  } = {},
): Promise<Uint8Array> {
  const { data, sw } = await exchange(transport, apdu)
  if (sw !== SW.ok) {
    throw cardError(options.codes?.[sw] ?? options.otherwise ?? 'card.wrong-status', { sw })
  }
  if (options.length !== undefined && data.length !== options.length) {
    throw cardError('card.bad-answer', { length: data.length })
  }
  return data
}
