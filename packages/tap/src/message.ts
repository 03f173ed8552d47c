import { type Hashes, type Instant, pureHashes, requireData, toHex } from '@unifare/core'
import type { CheckedBody, SignatureEngine, SignedBody } from '@unifare/crypto'
import { type Framed, field, frame, SIGNATURE_LENGTH, seal, unframe } from './framed.ts'

const MAGIC = 'UM'
const CODE = 'message.malformed'
/** Version 1 signed the body too; version 2 signs the header, and the hash of the body is in it. */
const VERSION = 2
const READABLE = { code: CODE, versions: [1, VERSION] }
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
  const signed = frame(MAGIC, VERSION, header, new Uint8Array())
  const length = signed.length + body.length + SIGNATURE_LENGTH
  requireData(length <= MESSAGE_BYTES_MAX, CODE, `${length} bytes are too many`)
  return { bytes: await seal(signed, input.sign, body), bodyHash }
}

/** Who sent a message to whom, as its header says: to be believed once it was checked. */
export type MessageClaim = Pick<Message, 'sender' | 'receiver'>

/** Reads a message and checks its shape and body hash; the signature is checked by `authentic`. */
export function parseMessage(bytes: Uint8Array, hashes: Hashes = pureHashes): Message {
  const framed = openMessage(bytes)
  const message = readMessage(bytes, framed)
  requireHash(message, hashes.sha256(framed.body))
  return message
}

/**
 * Reads a message and checks all of it: first its header, then whether `keyOf` has a key for what
 * it claims, then body hash and signature, on another thread where the host has one. Throws
 * `message.malformed`, `message.bad-signature` and what `keyOf` throws.
 */
export async function openSigned(
  bytes: Uint8Array,
  engine: SignatureEngine,
  keyOf: (claim: MessageClaim) => Promise<Uint8Array>,
): Promise<Message> {
  const framed = openMessage(bytes)
  const message = readMessage(bytes, framed)
  const input = { ...framed, publicKey: await keyOf(message) }
  const { sha256, genuine } = (await engine.aside?.check(input)) ?? checkHere(input, engine)
  requireHash(message, sha256)
  requireData(genuine, 'message.bad-signature', `not signed by ${message.sender}`)
  return message
}

function checkHere(
  { publicKey, signed, signature, body }: SignedBody,
  engine: SignatureEngine,
): CheckedBody {
  const sha256 = engine.sha256(body)
  return { sha256, genuine: engine.ed25519Verify(publicKey, signed, signature) }
}

function openMessage(bytes: Uint8Array): Framed {
  requireData(bytes.length <= MESSAGE_BYTES_MAX, CODE, `${bytes.length} bytes are too many`)
  return unframe(MAGIC, bytes, READABLE)
}

function readMessage(bytes: Uint8Array, { header, body }: Framed): Message {
  const kind = MESSAGE_KINDS.find((known) => known === header['kind'])
  requireData(kind !== undefined, CODE, `unknown kind of message: ${String(header['kind'])}`)
  return {
    kind,
    sender: field(header, 'sender', 'string', CODE),
    receiver: field(header, 'receiver', 'string', CODE),
    sentAt: field(header, 'sentAt', 'number', CODE),
    body,
    bodyHash: field(header, 'bodyHash', 'string', CODE),
    bytes,
  }
}

function requireHash({ bodyHash }: Message, hash: Uint8Array): void {
  requireData(bodyHash === toHex(hash), CODE, 'the body does not match its hash')
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
