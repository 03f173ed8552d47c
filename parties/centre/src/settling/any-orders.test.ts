import { balances } from '@unifare/ledger'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openTestCentre } from '../centre.fixture.ts'
import { AT, CENTRE, cardTap, chargeOf, ISSUER, OPERATOR } from '../clearing.fixture.ts'
import { days } from '../tables.ts'
import { positionAccount } from './entries.ts'
import { readReserves, readWindow } from './reading.ts'
import { windowDays, windows } from './tables.ts'
import type { WindowRule } from './window-rules.ts'

type Network = Awaited<ReturnType<typeof openTestCentre>>

const RULE: WindowRule = {
  id: 'test',
  period: 'monthly',
  lagDays: 1,
  validFrom: '2026-01-01',
  validTo: '2026-11-22',
  source: 'ours',
}
const RULES = [
  RULE,
  { ...RULE, id: 'later', period: 'daily', validFrom: '2026-11-22', validTo: null } as const,
]
const STAFF = { role: 'settler', by: 'Li', approvedBy: 'Wang' }
const BANK = { role: 'bank', by: 'bank', bookedOn: '2026-12-31' }

/** Orders in words; `window` counts from the newest, and `next` is what its state waits for. */
type Order =
  | { readonly kind: 'ride-and-close' | 'top-up' | 'withdraw' }
  | {
      readonly kind: 'next' | (typeof STEPS)[number]
      readonly window: number
    }

const STEPS = ['close-window', 'instruct-window', 'confirm-window', 'abort-window'] as const
const NEXT = {
  OPEN: 'close-window',
  CLOSED: 'instruct-window',
  PENDING: 'confirm-window',
  SETTLED: 'abort-window',
  ABORTED: 'confirm-window',
} as const

const anyOrder: fc.Arbitrary<Order> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'ride-and-close' } as const) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('top-up', 'withdraw') }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('next'), window: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom(...STEPS), window: fc.nat(2) }) },
)

/** Gives an order; a refusal is fine, a fault of the program is not. */
async function give(network: Network, order: Order, step: number): Promise<void> {
  const { centre } = network
  if (order.kind === 'ride-and-close') {
    const closed = await centre.read((tx) => tx.select(days, {}))
    const sequence = closed.length + 1
    const tap = await cardTap({
      at: AT + sequence,
      sequence,
      counter: sequence,
      serial: sequence,
      amountFen: 4_000 + sequence,
    })
    await network.taps([tap])
    await network.charges([chargeOf([tap], { number: sequence })])
    await network.close(`2026-11-${19 + sequence}`)
    return
  }
  await centre.command(await commandOf(network, order, step)).catch((error: unknown) => {
    expect(error).toMatchObject({ code: expect.stringMatching(/^(window|reserve)\./) as string })
  })
}

async function commandOf(
  { centre }: Network,
  order: Order,
  step: number,
): Promise<Readonly<Record<string, unknown>>> {
  if (!('window' in order)) {
    const amountFen = order.kind === 'top-up' ? 30_000 : 10_000
    return { do: `${order.kind}-reserve`, member: ISSUER, amountFen, reference: `step ${step}` }
  }
  const row = (await centre.read((tx) => tx.select(windows, {}))).at(-1 - order.window)
  const kind = order.kind === 'next' ? NEXT[row?.state ?? 'OPEN'] : order.kind
  const actor = kind === 'confirm-window' ? BANK : STAFF
  return { do: kind, window: row?.window ?? 'W0-1', ...actor }
}

async function checkBooks({ centre }: Network): Promise<void> {
  await centre.read(async (tx) => {
    const ledger = await balances(tx)
    expect([...ledger.values()].reduce((sum, fen) => sum + fen, 0)).toBe(0)
    // Every closed day stands in one window that is not given up.
    const all = await tx.select(windows, {})
    const live = new Set(all.flatMap(({ window, state }) => (state === 'ABORTED' ? [] : [window])))
    const placed = (await tx.select(windowDays, {})).filter(({ window }) => live.has(window))
    const closed = (await tx.select(days, {})).map(({ day }) => day)
    expect(placed.map(({ day }) => day).sort()).toEqual(closed)
    let setAsideFen = 0
    for (const { window, state } of all) {
      const { positions, instructions } = await readWindow(tx, window)
      const fixed = state === 'CLOSED' || state === 'PENDING'
      for (const { id, netFen } of positions) {
        const left = ledger.get(positionAccount(window, id)) ?? 0
        expect([window, id, left]).toEqual([window, id, fixed ? netFen : 0])
      }
      if (state !== 'PENDING') continue
      for (const { debtor, amountFen } of instructions)
        if (debtor !== CENTRE) setAsideFen += amountFen
    }
    const reserves = await readReserves(tx)
    expect(reserves.reduce((sum, { payableFen }) => sum + payableFen, 0)).toBe(setAsideFen)
    const ownFen = 0 - (ledger.get(`reserve/${CENTRE}/available`) ?? 0)
    const heldFen = reserves.reduce((sum, { totalFen }) => sum + totalFen, ownFen)
    expect(heldFen).toBe(ledger.get('bank/settlement') ?? 0)
    for (const { availableFen } of reserves) expect(availableFen).toBeGreaterThanOrEqual(0)
  })
}

it('keeps books, windows and reserves in step, whatever is ordered in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyOrder, { minLength: 8, maxLength: 20 }), async (orders) => {
      const network = await openTestCentre({ settling: { windows: RULES } })
      for (const member of [ISSUER, OPERATOR]) {
        const terms = { depositFen: 500, capFen: 10_000, lowFen: 1_000 }
        await network.centre.command({ do: 'set-reserve', member, ...terms })
      }
      const money = { member: ISSUER, amountFen: 15_000, reference: 'opening' }
      await network.centre.command({ do: 'top-up-reserve', ...money })
      for (const [step, order] of orders.entries()) {
        await give(network, order, step)
        await checkBooks(network)
      }
    }),
    { numRuns: 20 },
  )
})
