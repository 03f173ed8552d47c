import { parseTap } from '@unifare/tap'
import { makeNationalSlice, type NationalPlan, nationalColumns } from '@unifare/twin'

/** Id, issuer, operator, card, counter, terminal, serial, time and amount of taps, by column. */
export type TapColumns = readonly BigInt64Array[]

/** The first taps of a generated day as rows of a database have them. */
export async function tapColumns(plan: NationalPlan, count: number): Promise<TapColumns> {
  const { terminals } = await makeNationalSlice(plan, 0, await nationalColumns(plan))
  const taps = terminals
    .flatMap(({ records }) => records)
    .slice(0, count)
    .map(parseTap)
  const column = (value: (index: number) => bigint) =>
    BigInt64Array.from({ length: taps.length }, (_, i) => value(i))
  return [
    column(BigInt),
    ...(
      ['issuer', 'operator', 'account', 'counter', 'terminal', 'serial', 'at', 'amountFen'] as const
    ).map((name) => column((i) => BigInt(taps[i]?.[name] ?? 0))),
  ]
}
