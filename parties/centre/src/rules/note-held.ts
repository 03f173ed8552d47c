import { type Day, type Tx, toHex } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { type Charge, parseCharge } from '@unifare/tap'
import { pagesOf } from '../row-pages.ts'
import { charges, marks, settled, taps } from '../tables.ts'
import { type CodeRow, codeRowOf } from './code-list.ts'
import { type Held, type HeldState, hold, stepHeld } from './held.ts'
import { HELD_MARK, type HeldRow, heldCharges } from './held-table.ts'

/**
 * Steps the held charges with a day that has just closed: those of the day are held, all that were
 * are released, rejected or wait on. What is decided stays decided and is not looked at again.
 */
export async function noteHeld(
  tx: Tx,
  { day, codes }: { readonly day: Day; readonly codes: readonly CodeRow[] },
): Promise<void> {
  const fresh: HeldRow[] = []
  for await (const page of pagesOf(tx, charges, { day })) {
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
  const stepped: HeldRow[] = []
  for (const [index, row] of waiting.entries()) {
    const raw = asked[index]?.raw
    const by = raw && (await settledBy(tx, parseCharge(raw)))
    const held = heldOf(row)
    const decided =
      by === undefined
        ? held
        : stepHeld(held, { kind: 'record', day: by.day, settles: true, by: by.charge })
    const { state, decidedBy } = stepHeld(decided, { kind: 'day', day })
    stepped.push({ ...row, state, decidedBy })
  }
  await tx.put(heldCharges, stepped)
  await tx.put(marks, [{ name: HELD_MARK, value: day }])
}

function heldOf({ operator, number, state, ...row }: HeldRow): Held {
  return { ...row, charge: `${operator}-${number}`, state: state as HeldState }
}

/** The charge under which all records of another one settled, and when; undefined while one has not. */
async function settledBy(
  tx: Tx,
  charge: Charge,
): Promise<{ readonly charge: string; readonly day: Day } | undefined> {
  const records = await tx.get(
    taps,
    charge.taps.map(({ terminal, sequence }) => ({ terminal, sequence })),
  )
  const came = records.filter((row) => row !== undefined)
  if (came.length < charge.taps.length) return undefined
  const marks = await tx.get(
    settled,
    came.map(({ identity }) => ({ identity })),
  )
  // Another content under the same identity is the other side of a conflict, not this record.
  const own = marks.filter((mark, index) => {
    const raw = came[index]?.raw
    return raw !== undefined && mark?.hash === toHex(sha256(raw))
  })
  const [first] = own
  if (first === undefined || own.length < came.length) return undefined
  const day = own.reduce((latest, mark) => (mark && mark.day > latest ? mark.day : latest), '')
  return { charge: first.charge, day }
}
