import { pureHashes } from '@unifare/core'
import type { Tap } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import {
  CENTRE,
  cardTap,
  chargeOf,
  createVerifier,
  ISSUER,
  OPERATOR,
  sendRefund,
} from '../clearing.fixture.ts'
import { FIRST_ROOT } from '../close.ts'
import { nameOf, openFileCentre, refusal, ride, uploadOf } from '../files/files.fixture.ts'
import { days } from '../tables.ts'
import { clearInput } from './clear-input.ts'
import { createShardClearer } from './clear-job.ts'
import type { ClearedSegments } from './clear-segments.ts'
import { compareDay, type DayDifference } from './compare-day.ts'
import { createScatterer } from './scatter-job.ts'
import { createMemorySpill } from './spill.ts'
import { readStoredDay, type StoredDay, storedDays } from './stored-day.ts'

const NEXT_DAY = '2026-11-21'
const NEXT_CLOSE = Date.UTC(2026, 10, 21, 19, 5)

type Network = Awaited<ReturnType<typeof openFileCentre>>

/** Clears all closed days of a centre from its journal, and compares them with their closes. */
async function clearAgain({ centre, storage }: Network) {
  const spill = createMemorySpill()
  const tools = { storage, spill, hashes: pureHashes, verifier: createVerifier() }
  const workers = { scatter: createScatterer(tools), clear: createShardClearer(tools) }
  const outcomes: {
    readonly stored: StoredDay
    readonly cleared: ClearedSegments
    readonly differences: readonly DayDifference[]
  }[] = []
  const days = (await centre.read(storedDays)).map(({ day }) => day)
  for (const [index, day] of days.entries()) {
    const stored = await centre.read((tx) => readStoredDay(tx, { centre: CENTRE, day, storage }))
    const before = outcomes.at(-1)?.cleared
    const cleared = await clearInput(
      stored,
      {
        centre: CENTRE,
        previousRoot: before?.root ?? FIRST_ROOT,
        closedDays: days.slice(0, index),
      },
      { storage, workers, spill },
    )
    const differences = await compareDay(storage, cleared, stored.closed)
    outcomes.push({ stored, cleared, differences })
  }
  return outcomes
}

describe('the closed days of a centre, from its journal', () => {
  test('come to their verdicts and positions, whatever came in late, again or was refused', async () => {
    const network = await openFileCentre()
    const made = [1, 2, 3, 4, 5, 6].map((sequence) =>
      cardTap({ sequence, serial: sequence, amountFen: 100 * sequence }),
    )
    const [first, second, third, fourth, fifth, sixth] = (await Promise.all(made)) as Six
    await network.taps([first, second])
    await network.deny(1, [
      { medium: 'card', issuer: ISSUER, account: first.account, reason: 'lost', since: 0 },
    ])
    // The terminal knows of the list from here on.
    await network.taps([third, fourth], 1)
    const charges = [first, second, third, fifth].map((tap, i) =>
      chargeOf([tap], { number: i + 1 }),
    )
    await network.charges([...charges, chargeOf([sixth], { number: 5, tapDay: NEXT_DAY })])
    await sendRefund(network, second)
    expect(await network.close()).toMatchObject({
      charges: 4,
      rejected: { 'deny.listed': 1, 'tap.missing': 1, 'tap.conflict': 1 },
    })
    network.clock.set(NEXT_CLOSE)
    await network.taps([fifth, sixth], 0)
    await network.charges([
      chargeOf([fifth], { number: 6, tapDay: NEXT_DAY }),
      chargeOf([fourth], { number: 7, tapDay: NEXT_DAY }),
      chargeOf([first], { number: 8, tapDay: NEXT_DAY }),
    ])
    // Cut otherwise, charges come again and count for nothing; those of later numbers are refused.
    await network.charges(charges.slice(0, 2))
    expect(
      await refusal(network.charges([chargeOf([first], { number: 20, tapDay: NEXT_DAY })])),
    ).toBe('batch.gap')
    await network.close(NEXT_DAY)
    const [one, two] = await clearAgain(network)
    expect([one?.differences, two?.differences]).toEqual([[], []])
    expect([one?.stored.refunded.length, two?.stored.refused.length]).toEqual([1, 2])
    expect(two?.stored.closed.verdicts).toEqual(
      new Map([
        [`${OPERATOR}-5`, 'normal'],
        [`${OPERATOR}-6`, 'normal'],
        [`${OPERATOR}-7`, 'deny.listed'],
        [`${OPERATOR}-8`, 'tap.charged'],
      ]),
    )
  })

  test('include what came by file, and are told apart from a close that said otherwise', async () => {
    const network = await openFileCentre()
    const rides = await Promise.all([ride(1), ride(2, { counter: 2, serial: 2 })])
    await network.upload(nameOf(1), uploadOf(rides))
    await network.close()
    const [day] = await clearAgain(network)
    expect(day?.stored.files.charges).toHaveLength(2)
    expect(day?.differences).toEqual([])
    const { closed } = day!.stored
    const other = {
      ...closed,
      settledFen: closed.settledFen + 1,
      verdicts: new Map([...closed.verdicts, [`${OPERATOR}-2`, 'card.bad-tac']]),
    }
    expect(await compareDay(network.storage, day!.cleared, other)).toEqual([
      { what: `verdict/${OPERATOR}-2`, closed: 'card.bad-tac', cleared: 'normal' },
      { what: 'settled', closed: 401, cleared: 400 },
    ])
  })
})

test('days and roots of their closes are told from the days alone: no charge is read', async () => {
  const network = await openFileCentre()
  await network.upload(nameOf(1), uploadOf([await ride(1)]))
  const { day, root } = await network.close()
  const touched = new Set<string>()
  const told = await network.centre.read((tx) =>
    storedDays({
      ...tx,
      get(table, keys) {
        touched.add(table.name)
        return tx.get(table, keys)
      },
      select(table, where, options) {
        touched.add(table.name)
        return tx.select(table, where, options)
      },
    }),
  )
  expect(told).toEqual([{ day, root }])
  expect([...touched]).toEqual([days.name])
})

type Six = [Tap, Tap, Tap, Tap, Tap, Tap]
