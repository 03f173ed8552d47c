import {
  type Card,
  type CardSlot,
  createCardSlot,
  openRide,
  type TearPoint,
  tearing,
} from '@unifare/card'
import { createMemoryStorage, openJournal } from '@unifare/core'
import { MONEY_KINDS } from '@unifare/tap'
import { beforeAll, describe, expect, it } from 'vitest'
import { newCard, viewOf } from './cards.fixture.ts'
import type { TerminalConfig } from './config.ts'
import type { Metered } from './metered.ts'
import { openTapLog } from './tap-log.ts'
import {
  AT,
  type Bench,
  bundles,
  DISTANCE_BUS,
  ENTRY_GATE,
  EXIT_GATE,
  openBench,
  tap,
} from './terminal.fixture.ts'

/**
 * Every flow, cut at every command, before the card saw it and after it carried it out: the next
 * presentation finds one debit or none, makes it one, and leaves nothing open in the journal.
 */

const MINUTE_MS = 60_000
const BUS = { mode: 'bus', line: 7, stopsM: [0, 8_000, 16_000] } as const
const DESK = { mode: 'metro', station: 18, role: 'repair' } as const
const RENT = { mode: 'bicycle', role: 'rent', station: 1 } as const
const RETURN = { mode: 'bicycle', role: 'return', station: 2 } as const

interface Flow {
  readonly name: string
  /** Taps that bring the card into the state of the flow, and minutes until it. */
  readonly before: readonly Partial<TerminalConfig>[]
  readonly minutes: number
  readonly place: Partial<TerminalConfig>
  readonly metered?: Metered
  /** Debits of the flow, in order. */
  readonly debits: readonly number[]
  readonly open?: 'rail' | 'bus' | 'bicycle'
}

const FLOWS: readonly Flow[] = [
  { name: 'ride of one tap', before: [], minutes: 0, place: { mode: 'ferry' }, debits: [200] },
  {
    name: 'taxi, keyed in',
    before: [],
    minutes: 0,
    place: { mode: 'taxi' },
    metered: { keyed: { amountFen: 3_210, confirmedFen: 3_210 } },
    debits: [3_210],
  },
  {
    name: 'metro entry',
    before: [],
    minutes: 0,
    place: ENTRY_GATE,
    debits: [0],
    open: 'rail',
  },
  { name: 'metro exit', before: [ENTRY_GATE], minutes: 20, place: EXIT_GATE, debits: [400] },
  {
    name: 'interchange',
    before: [ENTRY_GATE],
    minutes: 20,
    place: { ...EXIT_GATE, role: 'transfer' },
    debits: [0],
    open: 'rail',
  },
  {
    name: 'entry repaired',
    before: [],
    minutes: 0,
    place: DESK,
    metered: { repair: { fix: 'entry', line: 2, station: 17 } },
    debits: [0],
    open: 'rail',
  },
  {
    name: 'exit repaired',
    before: [ENTRY_GATE],
    minutes: 20,
    place: DESK,
    metered: { repair: { fix: 'exit', station: 18 } },
    debits: [400],
  },
  {
    name: 'boarding',
    before: [],
    minutes: 0,
    place: { ...BUS, role: 'board', station: 1 },
    debits: [0],
    open: 'bus',
  },
  {
    name: 'alighting',
    before: [{ ...BUS, role: 'board', station: 1 }],
    minutes: 20,
    place: { ...BUS, role: 'alight', station: 3 },
    debits: [200],
  },
  {
    name: 'boarding with a ride left open',
    before: [{ ...BUS, role: 'board', station: 1 }],
    minutes: 90,
    place: { ...BUS, role: 'board', station: 2 },
    debits: [600, 0],
    open: 'bus',
  },
  { name: 'rent', before: [], minutes: 0, place: RENT, debits: [0], open: 'bicycle' },
  { name: 'return', before: [RENT], minutes: 90, place: RETURN, debits: [100] },
]

let lists: Awaited<ReturnType<typeof bundles>>
beforeAll(async () => {
  lists = await bundles([], {
    tariffs: [...DISTANCE_BUS, 'shanghai-ferry', 'nanjing-taxi', 'hangzhou-bicycle'],
  })
})

/** The card before the flow. */
async function prepared({ before }: Flow): Promise<Card> {
  const slot = await newCard()
  for (const place of before) {
    expect(await tap(await openBench(place, { lists }), slot)).toMatchObject({ ok: true })
  }
  slot.reset()
  return slot.card()
}

function slotOf(card: Card): CardSlot {
  let next = 1
  return createCardSlot({ card, random: (length) => new Uint8Array(length).fill(next++) })
}

async function benchOf(flow: Flow): Promise<Bench> {
  const bench = await openBench(flow.place, { lists, storage: createMemoryStorage() })
  bench.clock.set(AT + flow.minutes * MINUTE_MS)
  return bench
}

const present = (bench: Bench, slot: CardSlot, flow: Flow) => tap(bench, slot, flow.metered ?? {})

/** What the journal says when the terminal is closed. */
async function journalOf({ terminal, storage, config }: Bench) {
  await terminal.close()
  const journal = await openJournal({ storage, name: `terminal-${config.terminal}` })
  const log = await openTapLog(journal)
  const paid = log.waiting.filter(
    ({ tap: { kind } }) => MONEY_KINDS.has(kind) || kind === 'transfer',
  )
  return { open: log.pendings.size, paid: paid.map(({ tap: { amountFen } }) => amountFen) }
}

describe.each(FLOWS)('$name', (flow) => {
  it('cut at any command: paid once, the records whole, the journal settled', async () => {
    const card = await prepared(flow)
    const sum = flow.debits.reduce((total, amountFen) => total + amountFen, 0)
    const counted = slotOf(card)
    let commands = 0
    const bench = await benchOf(flow)
    const whole = await bench.terminal.presentCard(
      {
        transmit(apdu) {
          commands += 1
          return counted.transmit(apdu)
        },
      },
      flow.metered,
    )
    expect(whole).toMatchObject({ ok: true })
    expect(commands).toBeGreaterThan(5)
    for (let at = 1; at <= commands; at++) {
      for (const point of ['before', 'after'] as const) {
        await cutAndAgain(flow, card, { at, point, sum })
      }
    }
  })
})

async function cutAndAgain(
  flow: Flow,
  card: Card,
  cut: { readonly at: number; readonly point: TearPoint; readonly sum: number },
): Promise<void> {
  const label = `command ${cut.at} ${cut.point}`
  const slot = slotOf(card)
  const before = slot.card().memory.balanceFen
  const bench = await benchOf(flow)
  let command = 0
  const torn = tearing(slot, () => (++command === cut.at ? cut.point : undefined))
  expect(await bench.terminal.presentCard(torn, flow.metered), label).toMatchObject({ ok: false })
  const between = before - slot.card().memory.balanceFen
  expect([0, flow.debits[0], cut.sum], label).toContain(between)
  // Some terminals lose their power with the card.
  const next = cut.at % 2 === 0 ? await bench.restart() : bench
  expect(await present(next, slot, flow), label).toMatchObject({ ok: true })
  const view = await viewOf(slot)
  expect(before - view.balanceFen, label).toBe(cut.sum)
  for (const travel of ['rail', 'bus', 'bicycle'] as const) {
    expect(openRide(view, travel) !== null, `${label}: ${travel}`).toBe(travel === flow.open)
  }
  expect(await journalOf(next), label).toEqual({ open: 0, paid: flow.debits })
}
