import { fromUtf8, type Instant, requireData, UnifareError } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import {
  type Answer,
  encodeAnswer,
  encodeAnswers,
  parseAnswer,
  parseAnswers,
  UNOPENED,
} from './answers.ts'
import {
  encodeMessage,
  type Message,
  type MessageClaim,
  type MessageKind,
  openSigned,
  sealMessage,
  sealPack,
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
  const { bytes, bodyHash } = await sealMessage({ ...request, ...sealOf(self) })
  const reply = await openAnswer(self, receiver, await link.send(receiver, bytes))
  const answer = readAnswer(receiver, () => parseAnswer(reply.text))
  requireOpened(answer, receiver)
  requireSpeaksOf(answer, bodyHash)
  return { result: resultOf(answer, receiver), sentAt: reply.sentAt }
}

/**
 * Sends several bodies as one signed message, and returns what became of each: of as many as the
 * receiver told, from the first one on; the others are to be sent again. Throws what `exchange`
 * throws when nothing was answered; a receiver that reads no packs takes them one by one.
 */
export async function exchangePack(
  link: Link,
  self: LinkIdentity,
  request: {
    readonly receiver: string
    readonly kind: MessageKind
    readonly bodies: readonly Uint8Array[]
  },
): Promise<readonly PromiseSettledResult<unknown>[]> {
  const { receiver } = request
  const { bytes, bodyHashes } = await sealPack({ ...request, ...sealOf(self) })
  const { text } = await openAnswer(self, receiver, await link.send(receiver, bytes))
  const answers = readAnswer(receiver, () => parseAnswers(text))
  for (const [i, answer] of answers.entries()) {
    requireOpened(answer, receiver)
    requireSpeaksOf(answer, bodyHashes[i])
  }
  return Promise.allSettled(answers.map(async (answer) => resultOf(answer, receiver)))
}

function sealOf({ id, now, sign, engine }: LinkIdentity) {
  return { sender: id, sentAt: now(), sign, hashes: engine }
}

function requireOpened(answer: Answer, receiver: string): void {
  if (answer.ok || answer.bodyHash !== UNOPENED) return
  throw new UnifareError(answer.code, answer.message, { by: receiver, opened: false })
}

function requireSpeaksOf(answer: Answer, bodyHash: string | undefined): void {
  requireData(
    answer.bodyHash === bodyHash,
    'message.bad-signature',
    'the answer speaks of another message',
  )
}

function resultOf(answer: Answer, receiver: string): unknown {
  if (!answer.ok) throw new UnifareError(answer.code, answer.message, { by: receiver })
  return answer.result
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
    const body = await orRefusal(UNOPENED, encodeAnswer, async () => {
      const messages = await openSigned(bytes, self.engine, (claim) => {
        claimed = claim.sender
        return keyFor(self, claim)
      })
      // All at once: who takes them in may give them one transaction and one sync.
      const answers = await Promise.all(messages.map((message) => answerTo(message, handle)))
      const [only] = answers
      return only !== undefined && answers.length === 1
        ? encodeAnswer(only)
        : encodeAnswers(answers)
    })
    return encodeMessage({ kind: 'answer', receiver: claimed, body, ...sealOf(self) })
  }
}

function answerTo(
  message: Message,
  handle: (message: Message) => Promise<HandlerResult>,
): Promise<Answer> {
  const { bodyHash } = message
  return orRefusal<Answer>(
    bodyHash,
    (answer) => answer,
    async () => {
      // Else an answer could be played back to its signer's partner as if it were a message.
      requireData(message.kind !== 'answer', 'message.refused', 'an answer is not a message')
      const { result } = await handle(message)
      return result === undefined ? { ok: true, bodyHash } : { ok: true, bodyHash, result }
    },
  )
}

async function orRefusal<T>(
  bodyHash: string,
  refuse: (answer: Answer) => T,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isRefusal(error)) throw error
    return refuse({ ok: false, bodyHash, ...refusalOf(error) })
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

/** Opens an answer; whatever is wrong with it, it is as good as none: `message.bad-signature`. */
async function openAnswer(
  self: LinkIdentity,
  receiver: string,
  bytes: Uint8Array,
): Promise<{ readonly text: string; readonly sentAt: Instant }> {
  try {
    const [reply, ...others] = await openSigned(bytes, self.engine, (claim) => keyFor(self, claim))
    requireData(
      reply?.kind === 'answer' && reply.sender === receiver && others.length === 0,
      'message.bad-signature',
      `a message of ${reply?.sender}`,
    )
    return { text: fromUtf8(reply.body), sentAt: reply.sentAt }
  } catch (error) {
    throw noAnswer(receiver, error)
  }
}

function readAnswer<T>(receiver: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw noAnswer(receiver, error)
  }
}

function noAnswer(receiver: string, error: unknown): unknown {
  if (!isRefusal(error)) return error
  return new UnifareError('message.bad-signature', `no answer of ${receiver}: ${error.message}`)
}
