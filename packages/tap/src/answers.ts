import { canonicalJson, parseJson, requireData, utf8 } from '@unifare/core'
import { isRecord } from './framed.ts'
import { MESSAGE_BYTES_MAX } from './message.ts'

/** `bodyHash` of a refusal that speaks of no message, because it could not be authenticated. */
export const UNOPENED = ''
/** Answers to a pack have this much; the rest of a message is for its header. */
const ANSWERS_BYTES_MAX = MESSAGE_BYTES_MAX - 4096

/** Body of an answer: the acknowledgement of this hop, or its refusal. */
export type Answer =
  | { readonly ok: true; readonly bodyHash: string; readonly result?: unknown }
  | {
      readonly ok: false
      readonly bodyHash: string
      readonly code: string
      readonly message: string
    }

/** An answer as the body of a message. */
export function encodeAnswer(answer: Answer): Uint8Array {
  return utf8(canonicalJson(answer))
}

/**
 * Answers to a pack as the body of a message, from the first one on, as many as one message holds:
 * who sent it sends the others again, and gets the same answers.
 */
export function encodeAnswers(answers: readonly Answer[]): Uint8Array {
  for (let count = answers.length; ; count--) {
    const body = utf8(canonicalJson({ answers: answers.slice(0, count) }))
    if (body.length <= ANSWERS_BYTES_MAX || count <= 1) return body
  }
}

/** Reads an answer; throws `message.malformed`. */
export function parseAnswer(text: string): Answer {
  return answerOf(parseJson(text))
}

/** Reads the answers to a pack, or the one refusal of all of it; throws `message.malformed`. */
export function parseAnswers(text: string): readonly Answer[] {
  const value = parseJson(text)
  const list = isRecord(value) && Object.hasOwn(value, 'answers') ? value['answers'] : [value]
  requireData(Array.isArray(list) && list.length > 0, 'message.malformed', 'not a list of answers')
  return list.map(answerOf)
}

function answerOf(answer: unknown): Answer {
  const good =
    isRecord(answer) &&
    typeof answer['bodyHash'] === 'string' &&
    (answer['ok'] === true ||
      (answer['ok'] === false &&
        typeof answer['code'] === 'string' &&
        typeof answer['message'] === 'string'))
  requireData(good, 'message.malformed', 'not an answer')
  return answer as unknown as Answer
}
