import { type Hashes, type Instant, pureHashes, requireData, toHex } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { type Framed, field, frame, SIGNATURE_LENGTH, seal, unframe } from './framed.ts'

const MAGIC = 'UM'
const CODE = 'message.malformed'
/** Version 1 signed the body too; version 2 signs the header, and the hash of the body is in it. */
const VERSION = 2
/** Shorter bodies are hashed sooner than they are handed over. */
const ASIDE_BYTES_MIN = 16 * 1024
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

/** Reads a message and checks its shape and body hash; the signature is checked by `authentic`. */
export function parseMessage(bytes: Uint8Array, hashes: Hashes = pureHashes): Message {
  const framed = openMessage(bytes)
  return readMessage(bytes, framed, hashes.sha256(framed.body))
}

/** The same with the body hashed on another thread, where the host has one and the body is long. */
export async function parseMessageAside(
  bytes: Uint8Array,
  engine: SignatureEngine,
): Promise<Message> {
  const framed = openMessage(bytes)
  const { body } = framed
  const { aside } = engine
  const hash =
    aside === undefined || body.length < ASIDE_BYTES_MIN
      ? engine.sha256(body)
      : await aside.sha256(body)
  return readMessage(bytes, framed, hash)
}

function openMessage(bytes: Uint8Array): Framed {
  requireData(bytes.length <= MESSAGE_BYTES_MAX, CODE, `${bytes.length} bytes are too many`)
  return unframe(MAGIC, bytes, READABLE)
}

function readMessage(bytes: Uint8Array, { header, body }: Framed, hash: Uint8Array): Message {
  const kind = MESSAGE_KINDS.find((known) => known === header['kind'])
  requireData(kind !== undefined, CODE, `unknown kind of message: ${String(header['kind'])}`)
  const bodyHash = toHex(hash)
  requireData(bodyHash === header['bodyHash'], CODE, 'the body does not match its hash')
  return {
    kind,
    sender: field(header, 'sender', 'string', CODE),
    receiver: field(header, 'receiver', 'string', CODE),
    sentAt: field(header, 'sentAt', 'number', CODE),
    body,
    bodyHash,
    bytes,
  }
}

/** The same as `authentic`, on another thread where the host has one for it. */
export async function authenticAside(
  message: Message,
  publicKey: Uint8Array,
  engine: SignatureEngine,
): Promise<boolean> {
  if (engine.aside === undefined) return authentic(message, publicKey, engine)
  const { signed, signature } = unframe(MAGIC, message.bytes, READABLE)
  return engine.aside.ed25519Verify(publicKey, signed, signature)
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
