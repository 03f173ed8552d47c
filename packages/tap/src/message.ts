import { concat, type Hashes, type Instant, pureHashes, requireData, toHex } from '@unifare/core'
import { checkBody, type SignatureEngine } from '@unifare/crypto'
import { type Framed, field, frame, SIGNATURE_LENGTH, seal, unframe } from './framed.ts'
import { type PackPart, readParts, writeParts } from './pack-parts.ts'

const MAGIC = 'UM'
const CODE = 'message.malformed'
const MISFIT = 'the body does not match its hash'
const EMPTY = new Uint8Array()
/** Version 1 signed the body too; version 2 signs the header, and the hash of the body is in it. */
const VERSION = 2
/** Several bodies under one signature: their lengths and hashes are in the header. */
const PACK_VERSION = 3
const READABLE = { code: CODE, versions: [1, VERSION, PACK_VERSION] }
/** Longest message, its signature included. */
export const MESSAGE_BYTES_MAX = 1024 * 1024 + SIGNATURE_LENGTH

/**
 * What crosses between parties: the four kinds of message, and what answers them. `pull` asks for
 * bundles, `answer` acknowledges or refuses, `statement` tells a member its closed day.
 */
export const MESSAGE_KINDS = [
  'tap-batch',
  'charge-batch',
  'order',
  'bundle',
  'pull',
  'answer',
  'statement',
] as const
export type MessageKind = (typeof MESSAGE_KINDS)[number]

/** A signed message between two parties. Ids are institution codes, terminal numbers, account ids. */
export interface Message {
  readonly kind: MessageKind
  readonly sender: string
  readonly receiver: string
  readonly sentAt: Instant
  readonly body: Uint8Array
  /** SHA-256 of the body: the idempotency key. */
  readonly bodyHash: string
  /** What stands before the body, and what behind it. */
  readonly head: Uint8Array
  readonly signature: Uint8Array
  /** All three: of a body that came in a pack, the pack with this body alone. */
  readonly bytes: Uint8Array
}

/** What a message is made of. */
export interface MessageInput {
  readonly kind: MessageKind
  readonly sender: string
  readonly receiver: string
  readonly sentAt: Instant
  readonly body: Uint8Array
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  /** Those of the host; the pure ones when not given. */
  readonly hashes?: Hashes
}

/** Makes a signed message; throws `message.malformed` when it is longer than 1 MiB. */
export async function encodeMessage(input: MessageInput): Promise<Uint8Array> {
  return (await sealMessage(input)).bytes
}

/** Makes a signed message and tells its idempotency key. */
export async function sealMessage(
  input: MessageInput,
): Promise<{ readonly bytes: Uint8Array; readonly bodyHash: string }> {
  const { kind, sender, receiver, sentAt, body, hashes = pureHashes } = input
  const bodyHash = toHex(hashes.sha256(body))
  const header = { kind, sender, receiver, sentAt, bodyHash }
  return { bytes: await sealHeader(VERSION, { header, body, sign: input.sign }), bodyHash }
}

/**
 * Makes one signed message of several bodies of a kind (2 to `PACK_PARTS_MAX`), each of which is
 * taken and answered for itself, and tells their idempotency keys. Throws `message.malformed` when
 * it is longer than 1 MiB.
 */
export async function sealPack(
  input: Omit<MessageInput, 'body'> & { readonly bodies: readonly Uint8Array[] },
): Promise<{ readonly bytes: Uint8Array; readonly bodyHashes: readonly string[] }> {
  const { kind, sender, receiver, sentAt, bodies, hashes = pureHashes } = input
  const parts = bodies.map((body) => {
    return { bodyHash: toHex(hashes.sha256(body)), length: body.length }
  })
  const header = { kind, sender, receiver, sentAt, parts: writeParts(parts) }
  const body = concat(...bodies)
  const bytes = await sealHeader(PACK_VERSION, { header, body, sign: input.sign })
  return { bytes, bodyHashes: parts.map(({ bodyHash }) => bodyHash) }
}

function sealHeader(
  version: number,
  {
    header,
    body,
    sign,
  }: Pick<MessageInput, 'body' | 'sign'> & { readonly header: Readonly<Record<string, unknown>> },
): Promise<Uint8Array> {
  const signed = frame(MAGIC, version, header, new Uint8Array())
  const length = signed.length + body.length + SIGNATURE_LENGTH
  requireData(length <= MESSAGE_BYTES_MAX, CODE, `${length} bytes are too many`)
  return seal(signed, sign, body)
}

/** Who sent a message to whom, as its header says: to be believed once it was checked. */
export type MessageClaim = Pick<Message, 'sender' | 'receiver'>

/**
 * Reads a message and checks its shape and body hash; the signature is checked by `authentic`. Of a
 * pack it reads one body with the pack's header and signature, as those are kept and forwarded.
 */
export function parseMessage(bytes: Uint8Array, hashes: Hashes = pureHashes): Message {
  const framed = openMessage(bytes)
  const bodyHash = toHex(hashes.sha256(framed.body))
  const { body } = framed
  const part = partsOf(framed).find((stated) => stated.bodyHash === bodyHash)
  requireData(part?.length === body.length, CODE, MISFIT)
  return { ...readAddress(framed), ...outsideOf(framed, bytes), bodyHash, body, bytes }
}

/**
 * Reads what came over the wire, a message or a pack of them, and checks all of it: first its
 * header, then whether `keyOf` has a key for what it claims, then body hashes and signature, on
 * another thread where the host has one. Throws `message.malformed`, `message.bad-signature` and
 * what `keyOf` throws.
 */
export async function openSigned(
  bytes: Uint8Array,
  engine: SignatureEngine,
  keyOf: (claim: MessageClaim) => Promise<Uint8Array>,
): Promise<readonly Message[]> {
  const framed = openMessage(bytes)
  const address = readAddress(framed)
  const parts = partsOf(framed)
  const lengths = parts.map(({ length }) => length)
  const length = lengths.reduce((sum, one) => sum + one, 0)
  requireData(length === framed.body.length, CODE, `${length} bytes of bodies are stated`)
  const { signed, signature, body } = framed
  const input = { publicKey: await keyOf(address), signed, signature, body, parts: lengths }
  const { hashes, genuine } = (await engine.aside?.check(input)) ?? checkBody(input, engine)
  const hold = parts.every(({ bodyHash }, i) => bodyHash === toHex(hashes[i] ?? EMPTY))
  requireData(hold, CODE, MISFIT)
  requireData(genuine, 'message.bad-signature', `not signed by ${address.sender}`)
  const common = { ...address, ...outsideOf(framed, bytes) }
  if (framed.version !== PACK_VERSION) {
    return parts.map(({ bodyHash }) => ({ ...common, bodyHash, body, bytes }))
  }
  let end = 0
  return parts.map(({ bodyHash, length: own }) => {
    end += own
    return unpacked({ ...common, bodyHash, body: body.subarray(end - own, end) })
  })
}

/** A message of a pack: its bytes are put together when somebody asks for them. */
function unpacked(message: Omit<Message, 'bytes'>): Message {
  const { head, body, signature } = message
  return {
    ...message,
    get bytes() {
      return concat(head, body, signature)
    },
  }
}

function openMessage(bytes: Uint8Array): Framed {
  requireData(bytes.length <= MESSAGE_BYTES_MAX, CODE, `${bytes.length} bytes are too many`)
  return unframe(MAGIC, bytes, READABLE)
}

function readAddress({ header }: Framed): Pick<Message, 'kind' | 'sender' | 'receiver' | 'sentAt'> {
  const kind = MESSAGE_KINDS.find((known) => known === header['kind'])
  requireData(kind !== undefined, CODE, `unknown kind of message: ${String(header['kind'])}`)
  return {
    kind,
    sender: field(header, 'sender', 'string', CODE),
    receiver: field(header, 'receiver', 'string', CODE),
    sentAt: field(header, 'sentAt', 'number', CODE),
  }
}

/** Bodies that a message states: one, or those of a pack. */
function partsOf({ version, header, body }: Framed): readonly PackPart[] {
  if (version === PACK_VERSION) return readParts(header, CODE)
  return [{ bodyHash: field(header, 'bodyHash', 'string', CODE), length: body.length }]
}

function outsideOf(
  { body, signature }: Framed,
  bytes: Uint8Array,
): Pick<Message, 'head' | 'signature'> {
  return { head: bytes.subarray(0, body.byteOffset - bytes.byteOffset), signature }
}

/** True when the message carries the signature of the key. */
export function authentic(
  message: Message,
  publicKey: Uint8Array,
  engine: SignatureEngine,
): boolean {
  const { signed, signature } = unframe(MAGIC, message.bytes, READABLE)
  return engine.ed25519Verify(publicKey, signed, signature)
}
