import { concat, fromHex, type Instant, instantFromDigits } from '@unifare/core'
import { createSoftwareKeyStore, type KeyRef, type KeyUse, pureEngine } from '@unifare/crypto'
import { type CardSlot, createCardSlot } from './chip/card-slot.ts'
import type { Card } from './chip/card-state.ts'
import type { CityUnionProfile } from './chip/city-union-purse.ts'
import { type CardProfile, personalise } from './chip/personalise.ts'
import { isOpenRailTrip } from './files/composite-records.ts'
import type { TravelPlace } from './files/travel-place.ts'
import { railEntry2701, railExit2701, tripRecord1E } from './files/travel-records.ts'
import { createPsam, type Psam, type PsamOptions } from './psam/psam.ts'
import { openPsam, type PsamReader } from './psam/psam-reader.ts'
import type { CardView } from './reader/card-view.ts'
import { type PurchaseRequest, preparePurchase } from './reader/purchase-flow.ts'
import { readCard } from './reader/read-card.ts'
import type { CardTransport } from './reader/transport.ts'

export const ISSUER = '30000001'
export const NUMBER = '3104950000000000017'
export const TERMINAL = '413100000042'
export const AT: Instant = instantFromDigits('20261121083000')
export const PLACE: TravelPlace = { city: '7910', institution: '10000003', line: 2, station: 17 }

/** Repeatable bytes: enough for challenges, useless as randomness. */
export function countingRandom(): (length: number) => Uint8Array {
  let next = 1
  return (length) => Uint8Array.from({ length }, () => (next = (next * 167 + 13) & 0xff))
}

function ref(use: KeyUse, index: number): KeyRef {
  return { scheme: 'mot', issuer: '00000000', use, index, version: 1, algorithm: '3des' }
}

export const REFS = {
  purchase: ref('purchase', 1),
  load: ref('load', 1),
  tac: ref('tac', 0),
  maintenance: ref('maintenance', 1),
}

function refs(change: Partial<KeyRef>) {
  return Object.fromEntries(
    Object.entries(REFS).map(([use, key]) => [use, { ...key, ...change }]),
  ) as Record<keyof typeof REFS, KeyRef>
}

/** The same uses under SM4 and in the city-union scheme, and those of the PIN. */
export const SM4_REFS = refs({ algorithm: 'sm4', version: 0x41 })
export const CITY_REFS = refs({ scheme: 'mohurd', issuer: '37000000' })
export const PIN_REFS = {
  'pin-unblock': ref('pin-unblock', 0),
  'pin-reload': ref('pin-reload', 0),
  'external-auth': ref('external-auth', 3),
  'internal-auth': ref('internal-auth', 4),
}

/** Sixteen bytes that differ from key to key. */
const material = (at: number) =>
  Uint8Array.from({ length: 16 }, (_, i) => (at * 59 + i * 37 + at * i * 11 + 7) & 0xff)

export const STORE = createSoftwareKeyStore({
  engine: pureEngine,
  random: countingRandom(),
  keys: [REFS, SM4_REFS, CITY_REFS, PIN_REFS]
    .flatMap((group) => Object.values(group))
    .map((key, at) => ({ ref: key, material: material(at) })),
})

/** Chip number of the city-union purses of these tests. */
export const UID = fromHex('010203040506070809')

export function cityUnionProfile(): CityUnionProfile {
  return {
    issuer: '3700',
    city: '4110',
    serial: '0000000000000042',
    validFrom: '20260101',
    validTo: '20361231',
    balanceFen: 3000,
    uid: UID,
    keys: { store: STORE, ...CITY_REFS },
  }
}

export function newCard(changes: Partial<CardProfile> = {}): Promise<Card> {
  return personalise({
    issuer: ISSUER,
    number: NUMBER,
    provinceCode: '7900',
    cityCode: '7910',
    validFrom: '20260101',
    validTo: '20361231',
    interoperable: true,
    balanceFen: 5000,
    keys: { store: STORE, ...REFS },
    ...changes,
  })
}

export async function newSlot(changes: Partial<CardProfile> = {}): Promise<CardSlot> {
  return createCardSlot({ card: await newCard(changes), random: countingRandom() })
}

export function newPsam(changes: Partial<PsamOptions> = {}): Psam {
  return createPsam({
    terminal: TERMINAL,
    issuer: '10000003',
    keyStore: STORE,
    purchaseKeys: [REFS.purchase, SM4_REFS.purchase, CITY_REFS.purchase],
    maintenanceKeys: [REFS.maintenance, SM4_REFS.maintenance],
    ...changes,
  })
}

export async function opened(psam: CardTransport): Promise<PsamReader> {
  return must(await openPsam(psam)).psam
}

/** The good side of a result; a refusal fails the test with its code. */
export function must<T extends { readonly ok: boolean }>(result: T): Extract<T, { ok: true }> {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`)
  return result as Extract<T, { ok: true }>
}

export async function viewOf(transport: CardTransport): Promise<CardView> {
  return must(await readCard(transport)).view
}

type Ride = Partial<PurchaseRequest> & {
  readonly transport: CardTransport
  readonly psam: PsamReader
}

/** Opens a single-tap bus ride of 2 yuan. */
export async function prepareBus(ride: Ride) {
  return preparePurchase({
    view: await viewOf(ride.transport),
    amountFen: 200,
    at: AT,
    records: (context) => [
      tripRecord1E(context, { type: 'single', industry: 'bus', place: PLACE }),
    ],
    ...ride,
  })
}

/** Opens a metro entry, or the exit when the card is inside. */
export async function prepareMetro(ride: Ride) {
  const view = await viewOf(ride.transport)
  const entry = view.rail && isOpenRailTrip(view.rail) ? view.rail : null
  return preparePurchase({
    view,
    amountFen: 0,
    at: AT,
    records: (context) => [
      entry
        ? railExit2701(context, { entry, place: PLACE })
        : railEntry2701(context, { previous: view.rail, place: PLACE, maxFareFen: 900 }),
      tripRecord1E(context, { type: entry ? 'exit' : 'entry', industry: 'metro', place: PLACE }),
    ],
    ...ride,
  })
}

/** INITIALIZE command bytes: key index 1, amount, terminal. */
export function initApdu(p1: number, amountFen: number): Uint8Array {
  const amount = [amountFen >>> 24, amountFen >>> 16, amountFen >>> 8, amountFen]
  const terminal = [0x41, 0x31, 0x00, 0x00, 0x00, 0x42]
  return concat(
    Uint8Array.of(0x80, 0x50, p1, 0x02, 0x0b, 0x01),
    Uint8Array.from(amount),
    Uint8Array.from(terminal),
  )
}
