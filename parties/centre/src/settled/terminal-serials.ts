import { type Tx, table } from '@unifare/core'
import { mediumId, parseTap } from '@unifare/tap'
import { serialKey } from '../clearing.ts'
import { pagesOf } from '../row-pages.ts'
import { serials, taps } from '../tables.ts'

/**
 * The highest serial that a terminal gave to a debit. A terminal counts: as long as it does, no
 * serial stands for two debits, and nobody need look.
 */
export interface TerminalSerialRow {
  readonly terminal: string
  readonly highest: number
  /** It went back since its records were looked through. */
  readonly wentBack: boolean
}

/** A record under a serial that its card's terminal gave to several debits. */
export interface SerialDoubtRow {
  readonly terminal: string
  readonly sequence: number
  /** As `serialKey` names it. */
  readonly serial: string
  readonly identity: string
}

const terminalSerials = table<TerminalSerialRow>({
  name: 'terminal_serial',
  columns: { terminal: 'text', highest: 'int', wentBack: 'bool' },
  key: ['terminal'],
  indexes: [['wentBack']],
})

const serialDoubts = table<SerialDoubtRow>({
  name: 'serial_doubt',
  columns: { terminal: 'text', sequence: 'int', serial: 'text', identity: 'text' },
  key: ['terminal', 'sequence'],
})

/** Notes serials of debits that come in, in their order. */
export async function noteSerials(
  tx: Tx,
  debits: readonly { readonly terminal: string; readonly serial: number }[],
): Promise<void> {
  const terminals = [...new Set(debits.map(({ terminal }) => terminal))]
  const known = await tx.get(
    terminalSerials,
    terminals.map((terminal) => ({ terminal })),
  )
  const rows = new Map(
    terminals.map((terminal, i) => [
      terminal,
      { ...(known[i] ?? { terminal, highest: -1, wentBack: false }) },
    ]),
  )
  for (const { terminal, serial } of debits) {
    const row = rows.get(terminal)
    if (row === undefined) continue
    if (serial <= row.highest) row.wentBack = true
    else row.highest = serial
  }
  await tx.put(terminalSerials, [...rows.values()])
}

/**
 * Records under serials that stand for several debits, oldest knowledge first: those that are kept,
 * and those of terminals that went back since. A refund counts as a debit.
 */
export async function doubtfulRecords(
  tx: Tx,
  { keep }: { readonly keep: boolean },
): Promise<readonly SerialDoubtRow[]> {
  const all = new Map(
    (await tx.select(serialDoubts, {})).map((row) => [`${row.terminal}-${row.sequence}`, row]),
  )
  const went = await tx.select(terminalSerials, { wentBack: true })
  for (const row of went) {
    const found = await lookThrough(tx, row.terminal)
    for (const one of found) all.set(`${one.terminal}-${one.sequence}`, one)
    if (!keep) continue
    await tx.put(serialDoubts, found)
    await tx.put(terminalSerials, [{ ...row, wentBack: false }])
  }
  return [...all.values()]
}

async function lookThrough(tx: Tx, terminal: string): Promise<readonly SerialDoubtRow[]> {
  const bySerial = new Map<string, SerialDoubtRow[]>()
  for await (const page of pagesOf(tx, taps, { terminal })) {
    for (const { sequence, identity, raw } of page) {
      // Without an identity it is no debit, or cannot be read.
      if (identity === '') continue
      const tap = parseTap(raw)
      const serial = serialKey(tap)
      if (serial === undefined) continue
      const row = { terminal, sequence, serial, identity: mediumId(tap) }
      const alike = bySerial.get(serial)
      if (alike === undefined) bySerial.set(serial, [row])
      else alike.push(row)
    }
  }
  const marked = await tx.get(
    serials,
    [...bySerial.keys()].map((serial) => ({ serial })),
  )
  return [...bySerial.values()].flatMap((alike, i) => {
    const debits = new Set(alike.map(({ identity }) => identity))
    const mark = marked[i]
    if (mark !== undefined) debits.add(mark.identity)
    return debits.size > 1 ? alike : []
  })
}
