import { canonicalJson, utf8 } from '@unifare/core'
import { type Charge, exchange, type Tap } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ACCOUNT,
  codeTap,
  GATE,
  gateEvent,
  LOCAL,
  lineOf,
  MINUTE,
  OPERATOR,
  openWorking,
  party,
  tariffNamed,
} from '../operator.fixture.ts'

const DAY_MS = 86_400_000
const FIRST = Date.UTC(2026, 10, 4)
/** Behind the last ride. */
const LATE = Date.UTC(2026, 11, 1)
/** Deliveries of a draw, at most: two taps, a word and two tellings of an incident a ride, and runs. */
const PLACES = 48

/** Steps of the month after 7 yuan, a cap a day, and words that are taken for long and often. */
function metro(discounts: boolean) {
  const beijing = tariffNamed('beijing-metro')
  const steps = [{ fromFen: 700, payPpm: 500_000 }]
  const statement = { withinDays: 60, yearly: null, discounts }
  return {
    ...beijing,
    operator: OPERATOR,
    accumulation: beijing.accumulation.map((one) => ({ ...one, when: {}, steps })),
    incomplete: beijing.incomplete?.map((rule) => ({ ...rule, statement })),
  }
}

/** A ride of an hour; a day lies between it and the next one, so what pairs is never in doubt. */
interface Ride {
  readonly at: number
  readonly to: number
  readonly lost: 'entry' | 'exit' | null
  readonly stated: number | null
  readonly open: number | null
}

type Event =
  | { readonly kind: 'tap'; readonly tap: Tap }
  | { readonly kind: 'word'; readonly at: number; readonly station: number }
  | { readonly kind: 'order'; readonly order: Readonly<Record<string, unknown>> }

function eventsOf({ at, to, lost, stated, open }: Ride): Event[] {
  const outAt = at + 60 * MINUTE
  const entry = codeTap({ issuer: LOCAL, at, station: 1 })
  const exit = codeTap({ issuer: LOCAL, kind: 'exit', at: outAt, station: to })
  const taps = [...(lost === 'entry' ? [] : [entry]), ...(lost === 'exit' ? [] : [exit])]
  const known = lost === 'exit' ? at : outAt
  const incident = { do: 'incident', mode: 'metro', station: open, from: at, to: outAt }
  return [
    ...taps.map((tap) => ({ kind: 'tap', tap }) as const),
    ...(lost === null || stated === null
      ? []
      : [{ kind: 'word', at: known, station: stated } as const]),
    ...(open === null ? [] : [{ kind: 'order', order: incident } as const]),
  ]
}

async function openMonth(discounts: boolean) {
  const here = await openWorking()
  const { operator, world } = here
  world.clock.set(LATE)
  const content = { tariffs: [metro(discounts)], networks: [lineOf('beijing-metro')] }
  await operator.command({ do: 'publish', kind: 'tariffs', content })
  const names = new Map<number, string>()
  let sequence = 1
  return {
    /** Whether the event had its effect; a word for what is not known yet is said again later. */
    async take(event: Event): Promise<boolean> {
      if (event.kind === 'tap') {
        const { tap } = event
        names.set(tap.at, `${GATE}-${sequence}`)
        const passed = tap.kind === 'entry' ? [gateEvent('passed', sequence, { at: tap.at })] : []
        sequence += 1 + passed.length
        await here.upload([tap, ...passed])
        return true
      }
      if (event.kind === 'order') {
        await operator.command(event.order)
        return true
      }
      const journey = names.get(event.at)
      if (journey === undefined) return false
      const { station } = event
      const word = { journey, account: ACCOUNT, line: 1, station, statedAt: LATE, treated: 0 }
      const body = utf8(canonicalJson({ do: 'station-statement', ...word }))
      const message = { receiver: OPERATOR, kind: 'order', body } as const
      const answer = await exchange(world.link, party(world, LOCAL), message)
      return (answer as { answer: string }).answer === 'taken'
    },
    charge: (giveUpBefore: number) =>
      operator.command({ do: 'make-charges', upTo: LATE, giveUpBefore }),
    charges: async (): Promise<Charge[]> => (await here.sent()).flatMap((batch) => batch.charges),
  }
}

/** What each ride was asked for in the end. */
function standing(all: readonly Charge[]) {
  const replaced = new Set(all.map(({ corrects }) => corrects))
  return all
    .filter(({ number }) => !replaced.has(number))
    .map(({ startAt, amountFen, parts, taps }) => ({
      startAt,
      amountFen,
      parts,
      taps: taps.length,
    }))
    .sort((a, b) => a.startAt - b.startAt)
}

describe.each([true, false])('words of riders, with discounts: %s', (discounts) => {
  const station = fc.constantFrom(2, 3, 4)
  const rides = fc.array(
    fc.record({
      to: station,
      lost: fc.constantFrom(null, 'exit', 'entry'),
      stated: fc.option(station),
      open: fc.option(station),
    }),
    { minLength: 2, maxLength: 6 },
  )
  const order = fc.array(fc.nat(10_000), { minLength: PLACES, maxLength: PLACES })
  const giveUps = fc.array(fc.nat(14), { minLength: 3, maxLength: 3 })

  test('and incidents, in whatever order with taps and charges: all stands as if told at once', async () => {
    await fc.assert(
      fc.asyncProperty(rides, order, giveUps, async (drawn, places, days) => {
        const events = drawn.flatMap((ride, index) =>
          eventsOf({ ...ride, at: FIRST + 2 * index * DAY_MS } as Ride),
        )
        const once = await openMonth(discounts)
        for (const event of events) await once.take(event)
        await once.charge(LATE)

        const many = await openMonth(discounts)
        const told = [
          ...events,
          ...events.filter(({ kind }) => kind === 'order'),
          ...days.map((day) => FIRST + day * DAY_MS),
        ].map((what, index) => ({ what, place: places[index % PLACES] ?? 0 }))
        const again: Event[] = []
        for (const { what } of told.toSorted((a, b) => a.place - b.place)) {
          if (typeof what === 'number') await many.charge(what)
          else if (!(await many.take(what))) again.push(what)
        }
        for (const event of again) await many.take(event)
        await many.charge(LATE)

        const asked = await many.charges()
        expect(standing(asked)).toEqual(standing(await once.charges()))
        const named = asked.flatMap(({ corrects }) => (corrects === 0 ? [] : [corrects]))
        expect(new Set(named).size).toBe(named.length)
        expect(await many.charge(LATE)).toMatchObject({ charges: 0, corrections: 0 })
      }),
      { numRuns: 15, seed: 20_261_121 },
    )
  })
})
