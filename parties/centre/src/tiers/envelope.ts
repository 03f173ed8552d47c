import {
  ascii,
  canonicalJson,
  concat,
  fromUtf8,
  parseJson,
  requireData,
  UnifareError,
  utf8,
  view,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { authentic, type Message, parseMessage } from '@unifare/tap'

const MAGIC = [...ascii('UF')]
const VERSION = 1
/** Magic, version, length of the header. */
const HEAD = 5
const CODE = 'message.malformed'

/** A member's message as a centre above or below gets it. */
export interface Forwarded {
  /** The member's own message, byte for byte. */
  readonly original: Message
  /** Numbers of its charges that the last centre hands over; it clears the others itself. */
  readonly handed: ReadonlySet<number>
}

/**
 * Body of a message in which a centre forwards another one. The message keeps its kind; the body is
 * `UF`, version, length of a JSON header, the header, and the message as it came, with all
 * signatures. What came forwarded is forwarded as it came: every centre on the way signs what it saw.
 */
export function encodeForwarded(
  message: { readonly bytes: Uint8Array },
  handed: readonly number[] = [],
): Uint8Array {
  const header = utf8(canonicalJson({ handed: [...handed] }))
  const head = new Uint8Array(HEAD)
  head.set(MAGIC)
  head[2] = VERSION
  view(head).setUint16(3, header.length)
  return concat(head, header, message.bytes)
}

/** Whether a body is that of a forwarded message. */
export function isForwarded({ body }: Pick<Message, 'body'>): boolean {
  return body.length > HEAD && MAGIC.every((byte, index) => body[index] === byte)
}

/**
 * Opens a forwarded message down to the member's own. Refuses one that did not come to who forwards
 * it (`message.wrong-receiver`), was not signed by its sender (`message.bad-signature`), or passed
 * somebody that is no centre (`tier.unknown`).
 */
export function openForwarded(
  message: Message,
  trust: {
    readonly engine: SignatureEngine
    readonly publicKeyOf: (party: string) => Uint8Array | undefined
    readonly isCentre: (party: string) => boolean
  },
): Forwarded {
  const { handed, bytes } = readBody(message.body)
  const inner = parseMessage(bytes, trust.engine)
  requireData(inner.kind === message.kind, CODE, `a ${inner.kind} inside of a ${message.kind}`)
  requireData(
    inner.receiver === message.sender,
    'message.wrong-receiver',
    `${message.sender} forwards what was sent to ${inner.receiver}`,
  )
  const key = trust.publicKeyOf(inner.sender)
  requireData(key !== undefined, 'message.unknown-sender', `unknown sender ${inner.sender}`)
  requireData(
    authentic(inner, key, trust.engine),
    'message.bad-signature',
    `not signed by ${inner.sender}`,
  )
  if (!isForwarded(inner)) return { original: inner, handed }
  requireData(trust.isCentre(inner.sender), 'tier.unknown', `${inner.sender} is no centre`)
  return { original: openForwarded(inner, trust).original, handed }
}

/** The member's own message, of one that was opened with trust before. */
export function originalOf(message: Message): Message {
  return isForwarded(message) ? originalOf(parseMessage(readBody(message.body).bytes)) : message
}

function readBody(body: Uint8Array): {
  readonly handed: ReadonlySet<number>
  readonly bytes: Uint8Array
} {
  const length = view(body).getUint16(3)
  const fits = body[2] === VERSION && body.length > HEAD + length
  requireData(fits, CODE, 'not a forwarded message')
  const header = readHeader(body.subarray(HEAD, HEAD + length))
  const { handed } = header ?? {}
  const numbers = Array.isArray(handed) && handed.every((one) => Number.isSafeInteger(one))
  requireData(numbers, CODE, 'a forwarded message says which charges it hands over')
  return { handed: new Set(handed as number[]), bytes: body.subarray(HEAD + length) }
}

function readHeader(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    return parseJson(fromUtf8(bytes)) as Readonly<Record<string, unknown>> | null
  } catch (error) {
    throw new UnifareError(CODE, `the header of a forwarded message: ${String(error)}`)
  }
}
