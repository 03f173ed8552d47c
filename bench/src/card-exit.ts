import {
  type CardSlot,
  checkCard,
  createCardSlot,
  createPsam,
  debit,
  isOpenRailTrip,
  openPsam,
  type PsamReader,
  personalise,
  preparePurchase,
  railEntry2701,
  railExit2701,
  readCard,
  type TravelPlace,
  tripRecord1E,
} from '@unifare/card'
import { type Instant, instantFromDigits } from '@unifare/core'
import { createSoftwareKeyStore, generateKey, type KeyRef, pureEngine } from '@unifare/crypto'
import { cpuSeconds, median, quantile } from './rounds.ts'

/** CPU time of metro exits, microseconds each. */
export interface ExitResult {
  readonly exits: number
  readonly medianUs: number
  readonly p99Us: number
}

const ISSUER = '20000001'
const TERMINAL = '400000000001'
const FARE_FEN = 300
const DAY = '20261121'
const ENTRY_AT: Instant = instantFromDigits(`${DAY}083000`)
const EXIT_AT: Instant = instantFromDigits(`${DAY}085500`)
const PLACE: TravelPlace = { city: '7910', institution: '30000001', line: 2, station: 17 }
/** Exits before the measured ones, for the compiler. */
const WARM_UP = 300

/**
 * Metro exits in process, with every APDU of card and PSAM: select and read, checks, INIT, MAC1,
 * both records, DEBIT with MAC2 and TAC, the PSAM's confirmation. Without journal and display.
 */
export async function benchExits(options: {
  readonly exits: number
  readonly random: (length: number) => Uint8Array
  readonly tell: (line: string) => void
}): Promise<ExitResult> {
  const { exits, random, tell } = options
  const { slot, psam } = await makeGate(random)
  const us: number[] = []
  for (let i = 0; i < WARM_UP + exits; i++) {
    await ride({ slot, psam, at: ENTRY_AT })
    const started = cpuSeconds()
    await ride({ slot, psam, at: EXIT_AT })
    if (i >= WARM_UP) us.push((cpuSeconds() - started) * 1e6)
  }
  tell(`metro exit: ${exits} times`)
  return { exits, medianUs: Math.round(median(us)), p99Us: Math.round(quantile(us, 0.99)) }
}

/** Enters, or exits when the card is inside. */
async function ride(options: {
  readonly slot: CardSlot
  readonly psam: PsamReader
  readonly at: Instant
}): Promise<void> {
  const { slot, psam, at } = options
  const read = await readCard(slot)
  if (!read.ok) throw new TypeError(`the card was refused: ${read.code}`)
  const { view } = read
  const checked = checkCard(view, { day: DAY, home: true })
  if (!checked.ok) throw new TypeError(`the card was refused: ${checked.code}`)
  const entry = view.rail && isOpenRailTrip(view.rail) ? view.rail : null
  const prepared = await preparePurchase({
    transport: slot,
    psam,
    view,
    amountFen: entry ? FARE_FEN : 0,
    at,
    records: (context) => [
      entry
        ? railExit2701(context, { entry, place: PLACE })
        : railEntry2701(context, { previous: view.rail, place: PLACE, maxFareFen: 900 }),
      tripRecord1E(context, { type: entry ? 'exit' : 'entry', industry: 'metro', place: PLACE }),
    ],
  })
  if (!prepared.ok) throw new TypeError(`the purchase was refused: ${prepared.code}`)
  const debited = await debit({ transport: slot, psam, pending: prepared.pending })
  if (!debited.ok) throw new TypeError(`the debit was refused: ${debited.code}`)
}

async function makeGate(random: (length: number) => Uint8Array) {
  const ref = (use: KeyRef['use'], index: number): KeyRef => ({
    scheme: 'mot',
    issuer: '10000000',
    use,
    index,
    version: 1,
    algorithm: '3des',
  })
  const refs = {
    purchase: ref('purchase', 1),
    load: ref('load', 1),
    tac: ref('tac', 0),
    maintenance: ref('maintenance', 1),
  }
  const keys = Object.values(refs).map((one) => generateKey(one, random))
  const store = createSoftwareKeyStore({ keys, engine: pureEngine, random })
  const card = await personalise({
    issuer: ISSUER,
    number: `31${ISSUER}000000017`,
    provinceCode: '7900',
    cityCode: '7910',
    validFrom: '20260101',
    validTo: '20361231',
    interoperable: true,
    // Enough for every exit of the measurement.
    balanceFen: 1_000_000_000,
    balanceLimitFen: 1_000_000_000,
    keys: { store, ...refs },
  })
  const opened = await openPsam(
    createPsam({
      terminal: TERMINAL,
      issuer: PLACE.institution,
      keyStore: store,
      purchaseKeys: [refs.purchase],
    }),
  )
  if (!opened.ok) throw new TypeError(`the PSAM was refused: ${opened.code}`)
  return { slot: createCardSlot({ card, random }), psam: opened.psam }
}
