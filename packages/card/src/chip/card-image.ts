import { canonicalJson, fromHex, fromUtf8, type Json, parseJson, toHex, utf8 } from '@unifare/core'
import { cardError } from '../errors.ts'
import { createCard } from './card.ts'
import { CARD_KEY_USES, type Card, type CardMemory, LOCKS, PURSE_SCHEMES } from './card-state.ts'

const IMAGE_VERSION = 2

/** The lasting memory of a card as bytes (JSON text). It holds the card's keys: treat it as secret. */
export function serialiseCard({ memory }: Card): Uint8Array {
  return utf8(canonicalJson({ version: IMAGE_VERSION, ...purseJson(memory) }))
}

function purseJson(memory: CardMemory): Record<string, Json> {
  const { aid, binaries, cyclic, variable, keys, proof, pin, uid, others, foreign, ...plain } =
    memory
  return {
    ...plain,
    aid: toHex(aid),
    uid: toHex(uid),
    pin: pin && { ...pin, value: toHex(pin.value) },
    binaries: mapValues(binaries, toHex),
    cyclic: mapValues(cyclic, (file) => ({ ...file, records: file.records.map(toHex) })),
    variable: mapValues(variable, (records) => records.map(toHex)),
    keys: keys.map((key) => ({ ...key, key: toHex(key.key) })),
    proof: proof && { ...proof, mac2: toHex(proof.mac2), tac: toHex(proof.tac) },
    others: others.map(purseJson),
    foreign: foreign.map(({ name, fci }) => ({ name: toHex(name), fci: toHex(fci) })),
  }
}

/** A card out of the field from its stored image. Throws `card.bad-image`. */
export function restoreCard(image: Uint8Array): Card {
  try {
    const value = object(parseJson(fromUtf8(image)))
    if (value.version !== IMAGE_VERSION) throw new TypeError('another version')
    return createCard(readPurse(value, 0))
  } catch (cause) {
    throw cardError('card.bad-image', { cause: String(cause) })
  }
}

/** A purse beside the first has none beside itself. */
function readPurse(value: JsonObject, depth: number): CardMemory {
  const others = list(value.others)
  if (depth > 0 && others.length > 0) throw new TypeError('purses within purses')
  return {
    aid: bytes(value.aid),
    scheme: oneOf(value.scheme, PURSE_SCHEMES),
    lock: oneOf(value.lock, LOCKS),
    balanceFen: whole(value.balanceFen),
    balanceLimitFen: whole(value.balanceLimitFen),
    overdraftFen: whole(value.overdraftFen),
    pin: value.pin === null ? null : readPin(object(value.pin)),
    loadNeedsPin: value.loadNeedsPin === true,
    wrongMacs: whole(value.wrongMacs),
    uid: bytes(value.uid),
    offlineNumber: whole(value.offlineNumber),
    onlineNumber: whole(value.onlineNumber),
    binaries: mapValues(object(value.binaries), bytes),
    cyclic: mapValues(object(value.cyclic), readCyclic),
    variable: mapValues(object(value.variable), (records) => list(records).map(bytes)),
    keys: list(value.keys).map(readKey),
    proof: value.proof === null ? null : readProof(object(value.proof)),
    cash: value.cash === true,
    others: others.map((purse) => readPurse(object(purse), depth + 1)),
    foreign: list(value.foreign)
      .map(object)
      .map(({ name, fci }) => ({ name: bytes(name), fci: bytes(fci) })),
  }
}

function readPin(pin: JsonObject): CardMemory['pin'] {
  return {
    value: bytes(pin.value),
    triesLeft: whole(pin.triesLeft),
    triesMax: whole(pin.triesMax),
  }
}

type JsonObject = Readonly<Record<string, Json>>

function readCyclic(value: Json): CardMemory['cyclic'][number] {
  const file = object(value)
  return {
    capacity: whole(file.capacity),
    recordBytes: whole(file.recordBytes),
    records: list(file.records).map(bytes),
  }
}

function readKey(value: Json): CardMemory['keys'][number] {
  const key = object(value)
  return {
    use: oneOf(key.use, CARD_KEY_USES),
    index: whole(key.index),
    version: whole(key.version),
    algorithm: whole(key.algorithm),
    key: bytes(key.key),
  }
}

function readProof(proof: JsonObject): CardMemory['proof'] {
  return {
    type: whole(proof.type),
    number: whole(proof.number),
    mac2: bytes(proof.mac2),
    tac: bytes(proof.tac),
  }
}

function mapValues<T, R>(
  values: Readonly<Record<string, T>>,
  map: (value: T) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]))
}

function object(value: Json | undefined): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('no object')
  return value as JsonObject
}

function list(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw new TypeError('no list')
  return value
}

function bytes(value: Json | undefined): Uint8Array {
  if (typeof value !== 'string') throw new TypeError('no bytes')
  return fromHex(value)
}

function whole(value: Json | undefined): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new TypeError('no count')
  return value
}

function oneOf<T extends string>(value: Json | undefined, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw new TypeError('not one of the choices')
  return found
}
