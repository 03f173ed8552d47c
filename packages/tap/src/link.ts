import {
  canonicalJson,
  fromUtf8,
  type Instant,
  requireData,
  UnifareError,
  utf8,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import {
  authentic,
  encodeMessage,
  type Message,
  type MessageKind,
  parseMessage,
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
 * forged: treat as no answer), or the code with which the receiver refused.
 */
export async function exchange(
  link: Link,
  self: LinkIdentity,
  request: { readonly receiver: string; readonly kind: MessageKind; readonly body: Uint8Array },
): Promise<unknown> {
  const bytes = await encodeMessage({
    ...request,
    sender: self.id,
    sentAt: self.now(),
    sign: self.sign,
  })
  const reply = await open(self, await link.send(request.receiver, bytes))
  requireData(
    reply.kind === 'answer' && reply.sender === request.receiver,
    'message.bad-signature',
    `the answer is not from ${request.receiver}`,
  )
  const answer = JSON.parse(fromUtf8(reply.body)) as Answer
  requireData(
    answer.bodyHash === parseMessage(bytes).bodyHash,
    'message.bad-signature',
    'the answer speaks of another message',
  )
  if (!answer.ok) throw new UnifareError(answer.code, answer.message, { by: reply.sender })
  return answer.result
}

/**
 * Makes the handler of a party: opens and checks messages, gives them to `handle`, and signs
 * whatever comes of it. Refusals (`UnifareError`) become signed refusals; everything else is a
 * fault of this party and is thrown, so that nothing is acknowledged that was not done.
 */
export function createHandler(
  self: LinkIdentity,
  handle: (message: Message) => Promise<HandlerResult>,
): MessageHandler {
  return async (bytes) => {
    let sender = ''
    let bodyHash = ''
    let answer: Answer
    try {
      const message = await open(self, bytes)
      sender = message.sender
      bodyHash = message.bodyHash
      const { result } = await handle(message)
      answer = result === undefined ? { ok: true, bodyHash } : { ok: true, bodyHash, result }
    } catch (error) {
      if (!(error instanceof UnifareError)) throw error
      answer = { ok: false, bodyHash, code: error.code, message: error.message }
    }
    return encodeMessage({
      kind: 'answer',
      sender: self.id,
      receiver: sender,
      sentAt: self.now(),
      body: utf8(canonicalJson(answer)),
      sign: self.sign,
    })
  }
}

async function open(self: LinkIdentity, bytes: Uint8Array): Promise<Message> {
  const message = parseMessage(bytes)
  requireData(
    message.receiver === self.id,
    'message.wrong-receiver',
    `this message is for ${message.receiver}, not for ${self.id}`,
  )
  const key = await self.publicKeyOf(message.sender)
  requireData(key !== undefined, 'message.unknown-sender', `unknown sender ${message.sender}`)
  requireData(
    authentic(message, key, self.engine),
    'message.bad-signature',
    `not signed by ${message.sender}`,
  )
  return message
}

/** Carrier inside one process: receivers register their handlers. */
export function createProcessLink(): Link & {
  register(receiver: string, handler: MessageHandler): void
} {
  const handlers = new Map<string, MessageHandler>()
  return {
    register(receiver, handler) {
      handlers.set(receiver, handler)
    },
    async send(receiver, message) {
      const handler = handlers.get(receiver)
      if (handler === undefined) throw new UnifareError('link.unreachable', `nobody is ${receiver}`)
      return handler(message)
    },
  }
}
