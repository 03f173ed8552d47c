import { utf8 } from '@unifare/core'
import { ed25519PublicKey, ed25519Sign, pureEngine, sha256 } from '@unifare/crypto'
import {
  type Charge,
  createHandler,
  createProcessLink,
  encodeTap,
  type HandlerResult,
  type LinkIdentity,
  type Message,
  type Tap,
} from './index.ts'

/** 2026-11-21 08:00:00 in Shanghai. */
export const AT = 1_795_219_200_000
export const TERMINAL = '440100000001'
export const OPERATOR = '21580001'
export const CENTRE = '10000001'
export const ISSUER = '30000001'
export const ACCOUNT = '3104860000000000017'

/** A key that everybody knows: it protects nothing. */
export function testKey(name: string) {
  const privateKey = sha256(utf8(`unifare test key of ${name}`))
  return {
    privateKey,
    publicKey: ed25519PublicKey(privateKey),
    sign: async (message: Uint8Array) => ed25519Sign(privateKey, message),
  }
}

/** A bus purchase by card; fields can be replaced. */
export function cardTap(change: Partial<Tap> = {}): Tap {
  return {
    version: 1,
    kind: 'purchase',
    terminal: TERMINAL,
    sequence: 7,
    at: AT,
    timeQuality: 'synced-2s',
    mode: 'bus',
    operator: OPERATOR,
    city: '5810',
    line: 12,
    station: 3,
    vehicle: 'A-1234',
    medium: 'card',
    issuer: ISSUER,
    account: ACCOUNT,
    counter: 41,
    amountFen: 200,
    balanceFen: 4_800,
    key: { scheme: 1, use: 3, index: 1, version: 2, algorithm: 4 },
    flags: 0,
    reason: 0,
    refersTo: 0,
    tariffVersion: 5,
    entry: null,
    distanceM: 0,
    durationS: 0,
    serial: 99,
    evidence: Uint8Array.from({ length: 60 }, (_, index) => index),
    ...change,
  }
}

/** A metro exit by code. */
export function codeTap(change: Partial<Tap> = {}): Tap {
  return cardTap({
    kind: 'exit',
    sequence: 8,
    at: AT + 1_800_000,
    mode: 'metro',
    vehicle: '',
    medium: 'code',
    counter: 1_795_221_000,
    amountFen: 0,
    balanceFen: 0,
    key: { scheme: 3, use: 0, index: 0, version: 0, algorithm: 0 },
    tariffVersion: 0,
    serial: 0,
    evidence: Uint8Array.from({ length: 364 }, (_, index) => 255 - (index % 256)),
    ...change,
  })
}

/** A refusal at a gate: no medium could be read. */
export function refusedTap(change: Partial<Tap> = {}): Tap {
  return cardTap({
    kind: 'refused',
    sequence: 9,
    medium: 'none',
    issuer: '',
    account: '',
    counter: 0,
    amountFen: 0,
    balanceFen: 0,
    reason: 1,
    evidence: new Uint8Array(0),
    ...change,
  })
}

/** A record of a version that does not exist yet: 20 bytes after the four that last for ever. */
export function futureRecord(length = 24): Uint8Array {
  const bytes = new Uint8Array(length).fill(0xab)
  bytes.set([9, 0x77, length >> 8, length & 255])
  return bytes
}

/** A record of version 1 of a kind that does not exist yet, debited 350 fen. */
export function futureKind(): Uint8Array {
  const bytes = encodeTap(cardTap({ sequence: 10, amountFen: 350 }))
  bytes[1] = 0x7e
  return bytes
}

/** A metro journey by code, priced in two parts. */
export function codeCharge(change: Partial<Charge> = {}): Charge {
  return {
    version: 1,
    operator: OPERATOR,
    number: 5,
    corrects: 0,
    medium: 'code',
    mode: 'metro',
    issuer: ISSUER,
    account: ACCOUNT,
    city: '5810',
    tapDay: '2026-11-21',
    startAt: AT,
    endAt: AT + 1_800_000,
    line: 3,
    from: 11,
    to: 27,
    distanceM: 14_300,
    amountFen: 380,
    currency: 156,
    tariff: 'guangzhou-metro',
    tariffVersion: 4,
    test: false,
    taps: [
      { terminal: TERMINAL, sequence: 6, amountFen: 0 },
      { terminal: TERMINAL, sequence: 8, amountFen: 0 },
    ],
    parts: [
      { rule: 'ladder 12-18 km 梯度', amountFen: 400 },
      { rule: 'discount', amountFen: -20 },
    ],
    ...change,
  }
}

/** A bus ride by card: what the card was debited. */
export function cardCharge(change: Partial<Charge> = {}): Charge {
  return codeCharge({
    number: 6,
    medium: 'card',
    mode: 'bus',
    amountFen: 200,
    tariff: 'guangzhou-bus',
    taps: [{ terminal: TERMINAL, sequence: 7, amountFen: 200 }],
    parts: [{ rule: 'flat', amountFen: 200 }],
    ...change,
  })
}

/** A party that knows the keys of all others named in its tests. */
export function party(id: string, known: readonly string[] = [OPERATOR, CENTRE]): LinkIdentity {
  return {
    id,
    sign: testKey(id).sign,
    publicKeyOf: async (other) => (known.includes(other) ? testKey(other).publicKey : undefined),
    engine: pureEngine,
    now: () => AT,
  }
}

/** A centre on an in-process carrier that counts every different body once. */
export function countingCentre(known?: readonly string[]) {
  const effects: string[] = []
  const deliveries: Message[] = []
  const link = createProcessLink()
  const handle = async (message: Message): Promise<HandlerResult> => {
    deliveries.push(message)
    if (!effects.includes(message.bodyHash)) effects.push(message.bodyHash)
    return { result: { place: effects.indexOf(message.bodyHash) } }
  }
  link.register(CENTRE, createHandler(party(CENTRE, known), handle))
  return { link, effects, deliveries }
}
