import { type Day, type Storage, type Tx, toHex } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { type Charge, parseCharge } from '@unifare/tap'
import { judgedOn } from '../judged/judged-charges.ts'
import { fromHistory } from '../settled/from-history.ts'
import { settledMarks } from '../settled/settled-marks.ts'
import { charges, marks, taps } from '../tables.ts'
import { type CodeRow, codeRowOf } from './code-list.ts'
import { type Held, type HeldState, hold, stepHeld } from './held.ts'
import { HELD_MARK, type HeldRow, heldCharges } from './held-table.ts'

/**
 * Steps the held charges with a day that has just closed: those of the day are held, all that were
 * are released, rejected or wait on. What is decided stays decided and is not looked at again.
 */
export async function noteHeld(
  tx: Tx,
  {
    day,
    codes,
    storage,
  }: { readonly day: Day; readonly codes: readonly CodeRow[]; readonly storage: Storage },
): Promise<void> {
  const fresh: HeldRow[] = []
  for await (const page of judgedOn(tx, day)) {
    for (const { operator, number, verdict } of page) {
      const row = codeRowOf(codes, verdict, day)
      if (row.group !== 'suspicious') continue
      const { charge: _charge, ...held } = hold(row, { charge: `${operator}-${number}`, day })
      fresh.push({ operator, number, ...held })
    }
  }
  const waiting = [...(await tx.select(heldCharges, { state: 'HELD' })), ...fresh]
  const asked = await tx.get(
    charges,
    waiting.map(({ operator, number }) => ({ operator, number })),
  )
  const decisions = await settledBy(
    tx,
    storage,
    asked.map((row) => row && parseCharge(row.raw)),
  )
  const stepped = waiting.map((row, index): HeldRow => {
    const by = decisions[index]
    const held = heldOf(row)
    const decided =
      by === undefined
        ? held
        : stepHeld(held, { kind: 'record', day: by.day, settles: true, by: by.charge })
    const { state, decidedBy } = stepHeld(decided, { kind: 'day', day })
    return { ...row, state, decidedBy }
  })
  await tx.put(heldCharges, stepped)
  await tx.put(marks, [{ name: HELD_MARK, value: day }])
}

function heldOf({ operator, number, state, ...row }: HeldRow): Held {
  return { ...row, charge: `${operator}-${number}`, state: state as HeldState }
}

/** What settled all records of a charge, and when. */
interface Settling {
  readonly charge: string
  readonly day: Day
}

/** By which charges all records of others settled; undefined while one of them has not. */
async function settledBy(
  tx: Tx,
  storage: Storage,
  asked: readonly (Charge | undefined)[],
): Promise<readonly (Settling | undefined)[]> {
  const named = asked.map((charge) => charge?.taps ?? [])
  const records = await tx.get(
    taps,
    named.flat().map(({ terminal, sequence }) => ({ terminal, sequence })),
  )
  // Without an identity it is no debit, or cannot be read.
  const debits = records.filter((row) => row !== undefined && row.identity !== '')
  // Days without their files are cleared again when the close is tried again.
  const found = await fromHistory({ storage }, () =>
    settledMarks(
      tx,
      storage,
      debits.flatMap((row) => row?.identity ?? []),
    ),
  )
  const byRecord = new Map(debits.map((row, i) => [row, found[i]]))
  let from = 0
  return named.map((own): Settling | undefined => {
    const came = records.slice(from, from + own.length)
    from += own.length
    const settling = came.map((row) => {
      const mark = byRecord.get(row)
      // Another content under the same identity is the other side of a conflict, not this record.
      return row !== undefined && mark?.hash === toHex(sha256(row.raw)) ? mark : undefined
    })
    const [first] = settling
    if (first === undefined || settling.includes(undefined)) return undefined
    const days = settling.map((mark) => mark?.day ?? '')
    return { charge: first.charge, day: days.reduce((one, other) => (one > other ? one : other)) }
  })
}
