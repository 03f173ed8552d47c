import { type Instant, type Tx, table } from '@unifare/core'
import { deliveryId, type Tap } from '@unifare/tap'
import type { StatedEnd } from '../incomplete-ride.ts'

/** A rider's word for the station that no tap tells (自助补登), and what became of it. */
export interface StatementRow {
  /** Delivery of the end that is known; it names the journey. */
  readonly journey: string
  /** `medium/issuer/account`, as the code showed it. */
  readonly rider: string
  /** Calendar year in Shanghai of the known end. */
  readonly year: string
  readonly line: number
  readonly station: number
  readonly statedAt: Instant
  /** Why it was not taken; empty when it was. */
  readonly refused: string
}

export const stationStatements = table<StatementRow>({
  name: 'station_statement',
  columns: {
    journey: 'text',
    rider: 'text',
    year: 'text',
    line: 'int',
    station: 'int',
    statedAt: 'int',
    refused: 'text',
  },
  key: ['journey'],
  indexes: [['rider']],
})

/** The statements that were taken for these ends of journeys. */
export async function statedEnds(
  tx: Tx,
  ends: readonly Pick<Tap, 'terminal' | 'sequence'>[],
): Promise<ReadonlyMap<string, StatedEnd>> {
  const rows = await tx.get(
    stationStatements,
    ends.map((end) => ({ journey: deliveryId(end) })),
  )
  return new Map(
    rows.flatMap((row) => (row === undefined || row.refused !== '' ? [] : [[row.journey, row]])),
  )
}
