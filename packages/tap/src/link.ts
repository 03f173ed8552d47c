import {
  canonicalJson,
  fromUtf8,
  type Instant,
  parseJson,
  requireData,
  UnifareError,
  utf8,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import {
  encodeMessage,
  type Message,
  type MessageClaim,
  type MessageKind,
  openSigned,
  sealMessage,
} from './message.ts'

/**
 * The one way between parties: signed bytes go to a receiver, signed bytes come back. Carriers
 * (in process, folder, HTTP) move bytes and know nothing of their meaning. A carrier that gets no
 * answer throws `link.unreachable`: the sender keeps its copy and tries again.
 */
export interface Link {
  send(receiver: string, message: Uint8Array): Promise<Uint8Array>
}

/** What a party does with the bytes of a message: its signed answer. */
export type MessageHandler = (message: Uint8Array) => Promise<Uint8Array>

/** A party's name on the link, its signature, and the keys of those it talks to. */
export interface LinkIdentity {
  readonly id: string
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  /** Ed25519 key of a party; undefined when it is not known here. */
  readonly publicKeyOf: (party: string) => Promise<Uint8Array | undefined>
  readonly engine: SignatureEngine
  readonly now: () => Instant
}

/** `bodyHash` of a refusal that speaks of no message, because it could not be authenticated. */
const UNOPENED = ''

/** Body of an answer: the acknowledgement of this hop, or its refusal. */
export type Answer =
  | { readonly ok: true; readonly bodyHash: string; readonly result?: unknown }
  | {
      readonly ok: false
      readonly bodyHash: string
      readonly code: string
      readonly message: string
    }

/** Result of a handler: an answer without what the link adds. Bytes travel as they are. */
export interface HandlerResult {
  readonly result?: unknown
}

/**
 * Sends a message and returns the result of the answer, after checking that the receiver signed
 * it for exactly this body. Throws `link.unreachable` (try again), `message.bad-signature` (answer
 * forged: treat as no answer), or the code of the receiver's refusal with `details.by`.
 * `isFinalRefusal` tells whether trying again makes sense.
 */
export async function exchange(...asked: Parameters<typeof exchangeDated>): Promise<unknown> {
  return (await exchangeDated(...asked)).result
}

/** The same with the time at which the receiver signed its answer: who has no clock sets it by it. */
export async function exchangeDated(
  link: Link,
  self: LinkIdentity,
  request: { readonly receiver: string; readonly kind: MessageKind; readonly body: Uint8Array },
): Promise<{ readonly result: unknown; readonly sentAt: Instant }> {
  const { receiver } = request
  const { bytes, bodyHash } = await sealMessage({
    ...request,
    sender: self.id,
    sentAt: self.now(),
    sign: self.sign,
    hashes: self.engine,
  })
  const { answer, sentAt } = await openAnswer(self, receiver, await link.send(receiver, bytes))
  if (!answer.ok && answer.bodyHash === UNOPENED) {
    throw new UnifareError(answer.code, answer.message, { by: receiver, opened: false })
  }
  requireData(
    answer.bodyHash === bodyHash,
    'message.bad-signature',
    'the answer speaks of another message',
  )
  if (!answer.ok) throw new UnifareError(answer.code, answer.message, { by: receiver })
  return { result: answer.result, sentAt }
}

/**
 * True when the receiver itself refused what it had authenticated: sending it again is vain.
 * Everything else (no answer, a forged one, a receiver that does not know the sender yet) may
 * change, and could be provoked by who holds the wire: the message must be kept and sent again.
 */
export function isFinalRefusal(error: unknown): error is UnifareError {
  return (
    error instanceof UnifareError &&
    typeof error.details['by'] === 'string' &&
    error.details['opened'] !== false
  )
}

/** True for a refusal of data; false for faults of this machine (disk, database, network). */
export function isRefusal(error: unknown): error is UnifareError {
  return error instanceof UnifareError && !/^(journal|storage|repository|link)\./.test(error.code)
}

const REFUSAL_TEXT_MAX = 500

/** A refusal as it is stored and answered: its text may quote foreign bytes, so it is made plain. */
export function refusalOf({ code, message }: UnifareError): {
  readonly code: string
  readonly message: string
} {
  return { code, message: message.replace(/[\p{Cc}\p{Cs}]/gu, '?').slice(0, REFUSAL_TEXT_MAX) }
}

/**
 * Makes the handler of a party: opens and checks messages, gives them to `handle`, and signs
 * whatever comes of it. Refusals (`isRefusal`) become signed refusals; everything else is a
 * fault of this party and is thrown, so that nothing is acknowledged that was not done.
 */
export function createHandler(
  self: LinkIdentity,
  handle: (message: Message) => Promise<HandlerResult>,
): MessageHandler {
  return async (bytes) => {
    let claimed = ''
    const answer = await orRefusal(UNOPENED, async () => {
      const message = await openSigned(bytes, self.engine, (claim) => {
        claimed = claim.sender
        return keyFor(self, claim)
      })
      return orRefusal(message.bodyHash, () => answerTo(message, handle))
    })
    return encodeMessage({
      kind: 'answer',
      sender: self.id,
      receiver: claimed,
      sentAt: self.now(),
      body: utf8(canonicalJson(answer)),
      sign: self.sign,
      hashes: self.engine,
    })
  }
}

async function answerTo(
  message: Message,
  handle: (message: Message) => Promise<HandlerResult>,
): Promise<Answer> {
  // Else an answer could be played back to its signer's partner as if it were a message.
  requireData(message.kind !== 'answer', 'message.refused', 'an answer is not a message')
  const { bodyHash } = message
  const { result } = await handle(message)
  return result === undefined ? { ok: true, bodyHash } : { ok: true, bodyHash, result }
}

async function orRefusal(bodyHash: string, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { ok: false, bodyHash, ...refusalOf(error) }
  }
}

/** The key of who sent a message, when the message is for this party. */
async function keyFor(self: LinkIdentity, { sender, receiver }: MessageClaim): Promise<Uint8Array> {
  requireData(
    receiver === self.id,
    'message.wrong-receiver',
    `this message is for ${receiver}, not for ${self.id}`,
  )
  const key = await self.publicKeyOf(sender)
  requireData(key !== undefined, 'message.unknown-sender', `unknown sender ${sender}`)
  return key
}

/** Whatever is wrong with an answer, it is as good as none: `message.bad-signature`. */
async function openAnswer(
  self: LinkIdentity,
  receiver: string,
  bytes: Uint8Array,
): Promise<{ readonly answer: Answer; readonly sentAt: Instant }> {
  try {
    const reply = await openSigned(bytes, self.engine, (claim) => keyFor(self, claim))
    requireData(
      reply.kind === 'answer' && reply.sender === receiver,
      'message.bad-signature',
      `a message of ${reply.sender}`,
    )
    return { answer: parseAnswer(fromUtf8(reply.body)), sentAt: reply.sentAt }
  } catch (error) {
    if (!isRefusal(error)) throw error
    const { message } = error
    throw new UnifareError('message.bad-signature', `no answer of ${receiver}: ${message}`)
  }
}

function parseAnswer(text: string): Answer {
  const answer = parseJson(text) as Partial<Record<string, unknown>> | null
  const good =
    typeof answer === 'object' &&
    answer !== null &&
    typeof answer['bodyHash'] === 'string' &&
    (answer['ok'] === true ||
      (answer['ok'] === false &&
        typeof answer['code'] === 'string' &&
        typeof answer['message'] === 'string'))
  requireData(good, 'message.malformed', 'not an answer')
  return answer as unknown as Answer
}
