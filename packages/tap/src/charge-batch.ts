import { type Day, type Fen, type Hashes, parseDay, requireData } from '@unifare/core'
import { type Charge, encodeCharge, parseCharge } from './charge.ts'
import { field, recode } from './framed.ts'
import { type ListHeader, openList, type SealedList, sealList } from './sealed-list.ts'

const MAGIC = 'UC'
const CODE = 'batch.malformed'

/** What an operator states about a batch of charges: its control total is the money asked for. */
export interface ChargeBatchHeader extends ListHeader {
  readonly operator: string
  /** Business day in which the operator asks for the money. */
  readonly day: Day
}

export interface ChargeBatch extends Omit<SealedList, 'header'> {
  readonly header: ChargeBatchHeader
  readonly charges: readonly Charge[]
}

/** Makes a signed batch of charges; throws `batch.malformed` unless they are one operator's in a row. */
export async function encodeChargeBatch(input: {
  readonly operator: string
  readonly previous: Uint8Array
  readonly charges: readonly Charge[]
  readonly day: Day
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
}): Promise<Uint8Array> {
  const first = input.charges[0]?.number ?? 1
  checkPlaces(input.charges, { operator: input.operator, first })
  const { charges: _charges, ...rest } = input
  const records = input.charges.map(encodeCharge)
  return sealChargeRecords({ ...rest, first, records, amountFen: sum(input.charges) })
}

/** The same for charges that are bytes already: of one operator, numbered on from `first`. */
export function sealChargeRecords(input: {
  readonly operator: string
  readonly first: number
  readonly previous: Uint8Array
  readonly records: readonly Uint8Array[]
  readonly amountFen: Fen
  readonly day: Day
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
}): Promise<Uint8Array> {
  const { operator, day, ...list } = input
  return sealList({ ...list, magic: MAGIC, header: { operator, day } })
}

/** Reads a batch of charges: sizes, counts, chain, totals and every charge. */
export function parseChargeBatch(bytes: Uint8Array, hashes?: Hashes): ChargeBatch {
  const list = openList(MAGIC, bytes, hashes)
  const header: ChargeBatchHeader = {
    ...list.header,
    operator: field(list.header, 'operator', 'string', CODE),
    day: field(list.header, 'day', 'string', CODE),
  }
  recode(CODE, () => parseDay(header.day))
  const charges = list.records.map(parseCharge)
  requireData(
    sum(charges) === header.amountFen,
    'batch.bad-totals',
    `charges sum to ${sum(charges)} fen, the header says ${header.amountFen}`,
  )
  checkPlaces(charges, header)
  return { ...list, header, charges }
}

function checkPlaces(
  charges: readonly Charge[],
  { operator, first }: Pick<ChargeBatchHeader, 'operator' | 'first'>,
): void {
  charges.forEach((charge, index) => {
    requireData(
      charge.operator === operator && charge.number === first + index,
      CODE,
      `charge ${charge.operator}-${charge.number} does not belong here`,
    )
  })
}

function sum(charges: readonly Charge[]): Fen {
  return charges.reduce((total, charge) => total + charge.amountFen, 0)
}
