import {
  type ClearedSegments,
  clearSegments,
  createCardChecks,
  createMemorySpill,
  createScatterer,
  createShardClearer,
  FIRST_ROOT,
  openClosedDay,
  ROW_BYTES,
  storeRules,
  verdictOf,
  verdictRow,
} from '@unifare/centre'
import { createMemoryStorage, listSegments, pureHashes, type Storage } from '@unifare/core'
import { openKeyWindow, pureEngine } from '@unifare/crypto'
import { createCodeCaches, parseIssuerKeys } from '@unifare/ridecode'
import { chargeId } from '@unifare/tap'
import { beforeAll, describe, expect, test } from 'vitest'
import { codeIssuers } from './code-slice.ts'
import { type Expected, NATIONAL_FAULTS } from './faults.ts'
import { nodeJournal, writeNodeJournal } from './national-journal.ts'
import { nationalColumns, nationalKeyStore } from './national-keys.ts'
import { NATIONAL_CENTRE, type NationalPlan, sliceCount } from './national-plan.ts'
import { nationalRules } from './national-rules.ts'

const PLAN: NationalPlan = {
  seed: 'national',
  day: '2026-11-20',
  taps: 3_000,
  cities: 24,
  codesPpm: 0,
  nodes: 2,
  tapsPerFault: 300,
}

let storage: Storage
let expected: Expected[]

beforeAll(async () => {
  storage = createMemoryStorage()
  expected = await write(PLAN, storage)
  await storeRules(storage, nationalRules(PLAN))
})

async function write(plan: NationalPlan, to: Storage): Promise<Expected[]> {
  const columns = await nationalColumns(plan)
  const all: Expected[] = []
  for (let node = 0; node < plan.nodes; node++) {
    const sign = async () => new Uint8Array(64)
    const common = { plan, slices: sliceCount(plan), columns, hashes: pureHashes, sign }
    all.push(...(await writeNodeJournal({ ...common, node, storage: to })))
  }
  return all
}

/** Clears the day in this thread. */
async function clear(
  shards: number,
  {
    from = storage,
    plan = PLAN,
    closedDays = [],
    previousRoot = FIRST_ROOT,
  }: {
    readonly from?: Storage
    readonly plan?: NationalPlan
    readonly closedDays?: readonly string[]
    readonly previousRoot?: string
  } = {},
): Promise<ClearedSegments> {
  const spill = createMemorySpill()
  const store = nationalKeyStore(plan.seed)
  const { content } = await codeIssuers(plan.seed)
  const tools = {
    storage: from,
    spill,
    hashes: pureHashes,
    verifier: {
      cardChecks: createCardChecks({
        window: openKeyWindow({ store, refs: store.list() }),
        keyOwner: NATIONAL_CENTRE,
      }),
      issuerKeys: parseIssuerKeys(content, pureEngine),
      engine: pureEngine,
      caches: createCodeCaches({ maxCertificates: 1, maxAuthorisations: 1 }),
    },
  }
  const clearer = createShardClearer(tools)
  const segments = []
  for (let node = 0; node < plan.nodes; node++) {
    const journal = nodeJournal(node)
    for (const segment of await listSegments(from, journal)) {
      segments.push({ journal, segment, from: 0, until: Number.MAX_SAFE_INTEGER, refused: [] })
    }
  }
  return clearSegments(
    {
      day: plan.day,
      centre: NATIONAL_CENTRE,
      previousRoot,
      closedDays,
      segments,
      shards,
    },
    { workers: { scatter: createScatterer(tools), clear: clearer }, spill },
  )
}

describe('a country’s day', () => {
  test('is cleared with exactly the faults that were put in', async () => {
    const cleared = await clear(4)
    expect(cleared.taps).toBe(3_010)
    expect(cleared.charges).toBe(3_020)
    expect(expected).toHaveLength(100)
    const wanted = new Map(expected.map((one) => [chargeId(one), one.verdict]))
    const closed = await openClosedDay(storage, PLAN.day)
    for (let bucket = 0; bucket < 256; bucket++) {
      const rows = await closed.read('rows', bucket)
      for (let at = 0; at < rows.length; at += ROW_BYTES) {
        const row = verdictRow.decode(rows.subarray(at, at + ROW_BYTES))
        expect([chargeId(row), verdictOf(row.verdict)]).toEqual([
          chargeId(row),
          wanted.get(chargeId(row)) ?? 'normal',
        ])
      }
    }
    expect(cleared.verdicts).toEqual({
      normal: 2_920,
      ...Object.fromEntries(NATIONAL_FAULTS.map((fault) => [fault, 10])),
    })
  })

  test('sent again whole on the next day is charged no second time', async () => {
    const first = createMemoryStorage()
    await write(PLAN, first)
    await storeRules(first, nationalRules(PLAN))
    const { root } = await clear(4, { from: first })
    const next = { ...PLAN, day: '2026-11-21' }
    await storeRules(first, { ...nationalRules(PLAN), day: next.day })
    const again = { from: first, plan: next, closedDays: [PLAN.day], previousRoot: root }
    const { verdicts, settledFen } = await clear(2, again)
    // What settled is charged; what was refused is refused for the same reason.
    expect(verdicts).toEqual({
      'tap.charged': 2_930,
      ...Object.fromEntries(
        NATIONAL_FAULTS.filter((fault) => fault !== 'tap.charged').map((fault) => [fault, 10]),
      ),
    })
    expect(settledFen).toBe(0n)
  })

  test('has one root, however many shards it is cleared in', async () => {
    const roots = []
    for (const shards of [1, 3, 64]) roots.push((await clear(shards)).root)
    expect(new Set(roots).size).toBe(1)
  })

  test('nets to zero over all members, the centre one of them', async () => {
    const { money } = await clear(2)
    expect(money.positions.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
    expect(money.positions.length).toBeGreaterThan(24)
  })

  test('is another one under another seed', async () => {
    const other = createMemoryStorage()
    await write({ ...PLAN, seed: 'other' }, other)
    await storeRules(other, nationalRules({ ...PLAN, seed: 'other' }))
    // Its cards are under other keys: no TAC of it verifies here.
    const { verdicts, root } = await clear(1, { from: other })
    expect(verdicts['normal']).toBeUndefined()
    expect(root).not.toBe((await clear(1)).root)
  })

  test('has codes too: every signature is checked, caps hold, none is charged twice', async () => {
    const plan = { ...PLAN, seed: 'codes', taps: 200, codesPpm: 500_000, tapsPerFault: 100 }
    const from = createMemoryStorage()
    const faults = await write(plan, from)
    await storeRules(from, nationalRules(plan))
    const { verdicts, charges } = await clear(2, { from, plan })
    const wanted: Record<string, number> = {}
    for (const { verdict } of faults) wanted[verdict] = (wanted[verdict] ?? 0) + 1
    expect(wanted).toMatchObject({ 'code.invalid': 2, 'code.over-cap': 1, 'card.bad-tac': 1 })
    expect(verdicts).toEqual({ normal: charges - faults.length, ...wanted })
  })

  test('of no taps is none', () => {
    expect(() => sliceCount({ ...PLAN, taps: 0 })).toThrow(/at least 100/)
  })
})
