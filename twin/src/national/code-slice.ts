import { businessDayStart, createSeededRandom, type SeededRandom, toHex } from '@unifare/core'
import { type KeyPair, sm2KeyPair, sm2Sign } from '@unifare/crypto'
import {
  type IssuerKeysContent,
  issueCredential,
  makeCertificate,
  makeCode,
  makeRootRecord,
} from '@unifare/ridecode'
import { type Charge, encodeCharge, encodeTap, type Tap } from '@unifare/tap'
import { CODE_FAULTS, type CodeFault, type Expected, faultAt } from './faults.ts'
import { issuerIds, type NationalPlan, type SliceShape } from './national-plan.ts'
import { createWords } from './words.ts'

/** Issuers whose riders show codes: a certificate each. */
const CODE_ISSUERS = 20
const CODES_PER_RIDER = 3
const ROOT_INDEX = 0xf0
const PLATFORM = '59000001'
const VALIDITY_S = 600
const CAP_FEN = 3_000
const HOUR_MS = 3_600_000

/** Code taps of a slice and their charges, as records of their terminals and operators. */
export interface CodeSlice {
  readonly terminals: readonly {
    readonly terminal: string
    readonly operator: string
    readonly records: readonly Uint8Array[]
  }[]
  /** By operator, numbered on from where its card charges end. */
  readonly charges: ReadonlyMap<string, readonly Uint8Array[]>
  readonly expected: readonly Expected[]
}

interface CodeIssuer {
  readonly issuer: string
  readonly keys: KeyPair
  readonly certificate: Uint8Array
}

/** The issuers of a seed with their certificates, and the list under which their codes are genuine. */
export async function codeIssuers(
  seed: string,
): Promise<{ readonly issuers: readonly CodeIssuer[]; readonly content: IssuerKeysContent }> {
  const random = createSeededRandom(`${seed}/codes`)
  const root = keysOf(random, 'root')
  const sign = signer(root, random)
  const issuers = await Promise.all(
    issuerIds({ cities: CODE_ISSUERS }).map(async (issuer) => {
      const keys = keysOf(random, issuer)
      const certificate = await makeCertificate({
        issuer,
        caIndex: ROOT_INDEX,
        expiry: '1228',
        serial: 1,
        issuerPublicKey: keys.publicKey,
        sign,
      })
      return { issuer, keys, certificate }
    }),
  )
  const record = await makeRootRecord({
    index: ROOT_INDEX,
    expiry: '1246',
    publicKey: root.publicKey,
    sign,
  })
  return {
    issuers,
    content: {
      roots: [{ index: ROOT_INDEX, record: toHex(record) }],
      issuers: issuers.map(({ issuer }) => ({
        issuer,
        platform: PLATFORM,
        versions: [0x80],
        idPolicy: 'default',
      })),
    },
  }
}

/**
 * Code taps of a slice: riders with credentials of their issuers, a new code for every ride, and
 * faults at even distances. `firstNumber` tells where an operator's charges go on.
 */
export async function makeCodeSlice(
  plan: NationalPlan,
  shape: SliceShape,
  firstNumber: (operator: string) => number,
): Promise<CodeSlice> {
  if (shape.codeTaps === 0) return { terminals: [], charges: new Map(), expected: [] }
  const random = createSeededRandom(`${plan.seed}/codes/${shape.index}`)
  const words = createWords(`${plan.seed}/code-rides/${shape.index}`)
  const { issuers } = await codeIssuers(plan.seed)
  const terminals = shape.operators.map((operator, i) => ({
    terminal: String(420_000_000_000 + shape.index * 100_000 + i),
    operator,
    records: [] as Uint8Array[],
  }))
  const charges = new Map<string, Uint8Array[]>()
  const expected: Expected[] = []
  let rider: Rider | undefined
  for (let i = 0; i < shape.codeTaps; i++) {
    const issuer = issuers[i % issuers.length] as CodeIssuer
    if (rider === undefined || rider.codes === CODES_PER_RIDER) {
      rider = await newRider(plan, { issuer, random, name: shape.index * 1_000_000 + i })
    }
    const terminal = terminals[words.below(terminals.length)] as (typeof terminals)[number]
    const fault = faultAt(CODE_FAULTS, i, plan.tapsPerFault)
    const sequence = terminal.records.length + 1
    const tap = codeTap(plan, { rider, terminal, sequence, random, fault })
    terminal.records.push(encodeTap(tap))
    const amountFen = fault === 'code.over-cap' ? CAP_FEN + 100 : 100 + words.below(12) * 50
    const own = charges.get(terminal.operator) ?? []
    charges.set(terminal.operator, own)
    for (let copy = 0; copy < (fault === 'tap.charged' ? 2 : 1); copy++) {
      const number = firstNumber(terminal.operator) + own.length
      own.push(encodeCharge(codeCharge(plan, tap, { number, amountFen })))
      const isFault = fault !== undefined && (fault !== 'tap.charged' || copy === 1)
      if (isFault) expected.push({ operator: terminal.operator, number, verdict: fault })
    }
  }
  return { terminals: terminals.filter(({ records }) => records.length > 0), charges, expected }
}

interface Rider {
  readonly issuer: string
  readonly account: string
  readonly show: (generationTimeS: number) => Uint8Array
  codes: number
}

async function newRider(
  plan: NationalPlan,
  options: { readonly issuer: CodeIssuer; readonly random: SeededRandom; readonly name: number },
): Promise<Rider> {
  const { issuer, random, name } = options
  const keys = keysOf(random, `rider ${name}`)
  const account = `31${issuer.issuer}${String(name).padStart(9, '0')}`
  const credential = await issueCredential({
    certificate: issuer.certificate,
    paymentAccount: `NATION-${String(name).padStart(9, '0')}`,
    cardAccount: account,
    issuer: issuer.issuer,
    platform: PLATFORM,
    accountType: 0,
    capFen: CAP_FEN,
    userPublicKey: keys.publicKey,
    authorisationExpiryS: Math.floor(businessDayStart(plan.day) / 1_000) + 2 * 86_400,
    validityS: VALIDITY_S,
    custom: new Uint8Array(0),
    sign: signer(issuer.keys, random),
  })
  const sign = signer(keys, random)
  return {
    issuer: issuer.issuer,
    account,
    show: (generationTimeS) => makeCode({ credential, generationTimeS, sign }),
    codes: 0,
  }
}

function codeTap(
  plan: NationalPlan,
  options: {
    readonly rider: Rider
    readonly terminal: { readonly terminal: string; readonly operator: string }
    readonly sequence: number
    readonly random: SeededRandom
    readonly fault: CodeFault | undefined
  },
): Tap {
  const { rider, terminal, sequence, fault } = options
  const at = businessDayStart(plan.day) + (4 + rider.codes * 4) * HOUR_MS
  rider.codes += 1
  const counter = Math.floor(at / 1_000) - 5
  const code = rider.show(counter)
  const last = code.length - 1
  const evidence =
    fault === 'code.invalid' ? code.map((byte, i) => (i === last ? byte ^ 1 : byte)) : code
  return {
    version: 1,
    kind: 'purchase',
    terminal: terminal.terminal,
    sequence,
    at,
    timeQuality: 'synced-2s',
    mode: 'bus',
    operator: terminal.operator,
    city: '1000',
    line: 1,
    station: 0,
    vehicle: terminal.terminal.slice(-8),
    medium: 'code',
    issuer: rider.issuer,
    account: rider.account,
    counter,
    amountFen: 0,
    balanceFen: 0,
    key: { scheme: 0, use: 0, index: 0, version: 0, algorithm: 0 },
    flags: 0,
    reason: 0,
    refersTo: 0,
    tariffVersion: 0,
    entry: null,
    distanceM: 0,
    durationS: 0,
    serial: 0,
    evidence,
  }
}

function codeCharge(
  { day }: NationalPlan,
  tap: Tap,
  { number, amountFen }: { readonly number: number; readonly amountFen: number },
): Charge {
  return {
    version: 1,
    operator: tap.operator,
    number,
    corrects: 0,
    medium: 'code',
    mode: tap.mode,
    issuer: tap.issuer,
    account: tap.account,
    city: tap.city,
    tapDay: day,
    startAt: tap.at,
    endAt: tap.at,
    line: tap.line,
    from: 0,
    to: 0,
    distanceM: 0,
    amountFen,
    currency: 156,
    tariff: 'national-flat',
    tariffVersion: 1,
    test: false,
    taps: [{ terminal: tap.terminal, sequence: tap.sequence, amountFen: 0 }],
    parts: [{ rule: 'flat', amountFen }],
  }
}

function keysOf(random: SeededRandom, name: string): KeyPair {
  const own = random.fork(name)
  return sm2KeyPair((length) => own.bytes(length))
}

function signer(keys: KeyPair, random: SeededRandom) {
  return (message: Uint8Array, id: Uint8Array | null): Uint8Array =>
    sm2Sign({ ...keys, id, message, random: (length) => random.bytes(length) })
}
