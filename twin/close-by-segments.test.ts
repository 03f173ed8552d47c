import * as centre from '@unifare/centre'
import { businessDayStart, type Day, nextDay, type Table, type Tx } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import * as issuer from '@unifare/issuer'
import { ledgerTables } from '@unifare/ledger'
import * as operator from '@unifare/operator'
import { expect, it } from 'vitest'
import { openMonthlyMetro } from './corrections.fixture.ts'
import { openMemoryNetwork } from './memory-network.fixture.ts'
import { prepareNetwork, rideDay, settleDay } from './src/index.ts'

/** The demonstration's days, closed both ways: nobody who reads what comes of them sees which. */
const DAY: Day = '2026-11-20'

const TABLES = [
  centre.orders,
  centre.corrections,
  centre.cards,
  centre.heldCharges,
  centre.windows,
  centre.windowDays,
  ledgerTables.entries,
  ledgerTables.balances,
] as unknown as readonly Table<Record<string, unknown>>[]

async function outcomeOf(tx: Tx) {
  const tables: Record<string, readonly object[]> = {}
  for (const table of TABLES) tables[table.name] = await tx.select(table, {})
  const days = await tx.select(centre.days, {})
  return {
    tables,
    charges: await centre.withVerdicts(tx, await tx.select(centre.charges, {})),
    days: days.map(({ day, settledFen, positions }) => ({ day, settledFen, positions })),
    statistics: await centre.readStatistics(tx, { homes: new Map() }),
  }
}

/** Lines of received statements in the order of their charges. */
function linesOf(parts: readonly { readonly statement: unknown }[]) {
  const lines = parts.flatMap(({ statement }) => (statement as centre.Statement).lines)
  const nameOf = ({ charge, side, entry }: centre.StatementLine) => `${charge} ${side} ${entry}`
  return lines.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

/** A ridden day and the one behind it, settled and paid. */
async function demonstration(clearing?: centre.SegmentClearing) {
  const { day, network, disks } = await openMemoryNetwork({
    seed: 'orders a',
    day: DAY,
    riders: 60,
    operators: ['15215211', '15215212', '01001000'],
    issuers: ['05215210', '02002900'],
    ...(clearing && { clearing }),
  })
  await prepareNetwork(day)
  const ridden = await rideDay(day)
  expect(ridden.result).toMatchObject({ root: ridden.rerunRoot })
  const at = businessDayStart(nextDay(nextDay(DAY)))
  await day.ports.setClock(at)
  const later = await settleDay(day, { day: nextDay(DAY), at })
  const { id } = network.centre
  const read = <T>(work: (tx: Tx) => Promise<T>) => network.centre.read(work)
  const sides = [
    ...[...network.operators.values()].map((one) =>
      one.read((tx) => tx.select(operator.statements, {})),
    ),
    ...[...network.issuers.values()].map((one) =>
      one.issuer.read((tx) => tx.select(issuer.statements, {})),
    ),
  ]
  const outcome = {
    told: await read(outcomeOf),
    received: (await Promise.all(sides)).map(linesOf),
    collected: [ridden.collected, later.collected],
    differences: await read(async (tx) =>
      centre.findDifferences(await centre.loadFacts(tx, DAY), { centre: id, payments: [] }),
    ),
  }
  const trust = { publicKey: day.keys.link.publicKey(id), engine: nodeEngine() }
  const storage = disks.get(id)
  const proved = await read(async (tx) => {
    const names = (await tx.select(centre.charges, {})).map(
      (row) => `${row.operator}-${row.number}`,
    )
    const place = { ...(storage && { storage }) }
    const proofs: boolean[] = []
    for (const name of [...names, `position/${id}`]) {
      proofs.push(centre.verifyProof(await centre.proveStored(tx, name, place), trust).ok)
    }
    return proofs
  })
  await network.close()
  return { ...outcome, proved }
}

it('a ridden day and the one behind it: books, statements, proofs and what issuers collect', async () => {
  const objects = await demonstration()
  expect(await demonstration({ pageCharges: 10 })).toEqual(objects)
  expect(objects.proved.length).toBeGreaterThan(60)
  expect(new Set(objects.proved)).toEqual(new Set([true]))
})

it('days with a late tap that corrects four rides', async () => {
  const live = async (clearing?: centre.SegmentClearing) => {
    const scene = await openMonthlyMetro({
      first: '2026-11-03',
      riders: 1,
      ...(clearing && { clearing }),
    })
    const results: unknown[] = []
    for (const [index, date] of ['2026-11-03', '2026-11-04', '2026-11-05'].entries()) {
      await scene.begin(date)
      await scene.ride(date, 0, { who: 0, way: index === 0 ? 'out' : 'back' })
      const { root: _, ...result } = await scene.close(date, [scene.gates.out[1]])
      results.push(result)
    }
    const { root: _, ...late } = await scene.close('2026-11-06')
    return {
      results: [...results, late],
      told: await scene.centre.read(outcomeOf),
      lines: [await scene.linesOf('operator'), await scene.linesOf('issuer')].map((lines) =>
        linesOf([{ statement: { lines } }]),
      ),
    }
  }
  const objects = await live()
  expect(await live({})).toEqual(objects)
  expect(objects.lines[0]?.filter(({ entry }) => entry === 'reversal')).toHaveLength(3)
})
