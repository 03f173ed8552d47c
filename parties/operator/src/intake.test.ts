import { fromHex, toHex } from '@unifare/core'
import { encodeTap, parseBatch, type Tap } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { identities, type TapRow, taps } from './index.ts'
import {
  ACCOUNT,
  AT,
  codeTap,
  GATE,
  gateEvent,
  MINUTE,
  OTHER_GATE,
  openWorking,
  party,
  tapOf,
} from './operator.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const rowsOf = ({ operator }: Awaited<ReturnType<typeof openWorking>>) =>
  operator.read((tx) => tx.select(taps, {}))
const statesOf = (rows: readonly TapRow[]) => rows.map(({ state }) => state)
const buses = (count: number, from = 1): Tap[] =>
  Array.from({ length: count }, (_, i) =>
    tapOf({ counter: from + i, serial: from + i, at: AT + (from + i) * MINUTE }),
  )

describe('a batch of a terminal', () => {
  test('is stored record by record, acknowledged and forwarded unchanged', async () => {
    const here = await openWorking()
    const body = await here.batchOf(buses(3))
    expect(await here.send(body)).toEqual({ end: 4, posted: 3, repeated: 0, quarantined: [] })
    expect(statesOf(await rowsOf(here))).toEqual(['open', 'open', 'open'])
    await here.operator.deliver()
    const [forwarded] = here.world.centre.heard
    expect(forwarded?.kind).toBe('tap-batch')
    expect(toHex(forwarded?.body ?? new Uint8Array(0))).toBe(toHex(body))
  })

  test('has one effect however often it is sent, sealed again or not', async () => {
    const here = await openWorking()
    const body = await here.batchOf(buses(3))
    for (let i = 0; i < 3; i++) await here.send(body)
    const before = await rowsOf(here)
    await here.world.clock.advance(1_000)
    const again = await here.batchOf(buses(3))
    expect(toHex(again)).not.toBe(toHex(body))
    expect(await here.send(again)).toMatchObject({ end: 4, posted: 0, repeated: 3 })
    expect(await rowsOf(here)).toEqual(before)
  })

  test('any cuts of the journal, repeated in any way, leave the same records', async () => {
    const journal = buses(8)
    const whole = await openWorking()
    await whole.upload(journal)
    const expected = await rowsOf(whole)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 8 })), { maxLength: 6 }),
        async (cuts) => {
          const here = await openWorking()
          let known = 0
          for (const [back, length] of [...cuts, [8, 8] as const]) {
            const from = Math.max(0, known - back)
            const to = Math.min(journal.length, Math.max(from + length, known))
            const chain = from === 0 ? undefined : await chainAt(here, journal.slice(0, from))
            const body = await here.batchOf(journal.slice(from, to), {
              first: from + 1,
              ...(chain ? { previous: chain } : {}),
            })
            await here.world.clock.advance(1)
            expect(await here.send(body)).toMatchObject({ end: Math.max(known, to) + 1 })
            known = Math.max(known, to)
          }
          const rest = journal.slice(known)
          if (rest.length > 0) {
            const chain =
              known === 0 ? {} : { previous: await chainAt(here, journal.slice(0, known)) }
            await here.send(await here.batchOf(rest, { first: known + 1, ...chain }))
          }
          expect(await rowsOf(here)).toEqual(expected)
        },
      ),
      { numRuns: 12 },
    )
  })

  test('keeps a poison record, quarantines it alone and takes the others', async () => {
    const here = await openWorking()
    const poison = encodeTap(tapOf({ sequence: 2, counter: 2 }))
    poison[1] = 0x7f
    const foreign = encodeTap(tapOf({ sequence: 3, counter: 3, operator: '12345678' }))
    const [first, , , last] = buses(4)
    const answer = await here.upload([first as Tap, poison, foreign, last as Tap])
    expect(answer).toMatchObject({
      posted: 2,
      quarantined: [
        { sequence: 2, code: 'tap.unknown-kind' },
        { sequence: 3, code: 'tap.bad-field' },
      ],
    })
    const rows = await rowsOf(here)
    expect(statesOf(rows)).toEqual(['open', 'quarantined', 'quarantined', 'open'])
    expect(toHex(rows[1]?.raw ?? new Uint8Array(0))).toBe(toHex(poison))
  })
})

describe('what is refused', () => {
  test('a record that was delivered before with other content', async () => {
    const here = await openWorking()
    await here.upload(buses(2))
    const forked = [tapOf({ counter: 9 }), ...buses(2, 2)]
    const body = await here.batchOf(forked, { first: 1, previous: new Uint8Array(32) })
    await expect(here.send(body)).rejects.toThrow(refused('batch.forked'))
    expect(await rowsOf(here)).toHaveLength(2)
  })

  test('a gap, and the same batch is taken once the gap is filled', async () => {
    const here = await openWorking()
    const [one, two] = buses(2)
    const head = await here.batchOf([one as Tap])
    const chain = fromHex(parseBatch(head).header.chain)
    const tail = await here.batchOf([two as Tap], { first: 2, previous: chain })
    await expect(here.send(tail)).rejects.toThrow(refused('batch.gap'))
    await here.send(head)
    expect(await here.send(tail)).toMatchObject({ end: 3, posted: 1 })
  })

  test('a chain that does not continue the one known, at its end or behind repeated records', async () => {
    const here = await openWorking()
    const broken = new Uint8Array(32).fill(7)
    const alone = await here.batchOf(buses(1), { previous: broken })
    await expect(here.send(alone)).rejects.toThrow(refused('batch.bad-chain'))
    await here.upload(buses(1))
    const overlap = await here.batchOf(buses(2), { first: 1, previous: broken })
    await expect(here.send(overlap)).rejects.toThrow(refused('batch.bad-chain'))
    const zeroth = await here.batchOf([tapOf({ counter: 99 }), ...buses(1)], { first: 0 })
    await expect(here.send(zeroth)).rejects.toThrow(refused('batch.bad-chain'))
    expect(await rowsOf(here)).toHaveLength(1)
  })

  test('a terminal that is on no device list, and one that speaks for another', async () => {
    const here = await openWorking()
    const stranger = '413100000099'
    const strange = await here.batchOf(buses(1), { terminal: stranger })
    await expect(here.send(strange, stranger)).rejects.toThrow(refused('message.unknown-sender'))
    const own = await here.batchOf(buses(1))
    await expect(here.send(own, OTHER_GATE)).rejects.toThrow(refused('batch.malformed'))
    const elsewhere = await here.batchOf(buses(1), { operator: '12345678' })
    await expect(here.send(elsewhere)).rejects.toThrow(refused('batch.malformed'))
  })

  test('a batch or a message that the terminal did not sign, and a batch with one bit flipped', async () => {
    const here = await openWorking()
    const { sign } = party(here.world, OTHER_GATE)
    const forged = await here.batchOf(buses(1), { sign })
    await expect(here.send(forged)).rejects.toThrow(refused('batch.bad-signature'))
    const flipped = await here.batchOf(buses(1))
    flipped[flipped.length - 80] = (flipped.at(-80) ?? 0) ^ 1
    await expect(here.send(flipped)).rejects.toThrow(/batch|chain|sign|record/)
    expect(await rowsOf(here)).toEqual([])
  })
})

describe('one presentation under several deliveries', () => {
  const code = codeTap({ kind: 'purchase', mode: 'bus' })

  test('counts once: the first that came in', async () => {
    const here = await openWorking()
    await here.upload([code, code])
    await here.upload([code], OTHER_GATE)
    expect((await rowsOf(here)).map(({ terminal, state }) => [terminal, state])).toEqual([
      [GATE, 'open'],
      [GATE, 'duplicate'],
      [OTHER_GATE, 'duplicate'],
    ])
  })

  test.each([
    ['in the same batch', [[code, gateEvent('timed-out', 1), code]]],
    ['one after the other', [[code], [gateEvent('timed-out', 1)], [code]]],
    ['the void last', [[code, code], [gateEvent('timed-out', 1)]]],
  ] as const)('a void one makes room for the next: %s', async (_, batches) => {
    const here = await openWorking()
    for (const batch of batches) await here.upload(batch)
    const rows = await rowsOf(here)
    expect(rows[0]).toMatchObject({ state: 'void', note: 'gate.timed-out' })
    const again = rows.slice(1).find(({ kind }) => kind === 'purchase')
    expect(again?.state).toBe('open')
    const [holder] = await here.operator.read((tx) => tx.select(identities, {}))
    expect(holder?.sequence).toBe(again?.sequence)
  })

  test('a load is kept and never charged: it is an order of its own', async () => {
    const here = await openWorking()
    await here.upload([tapOf({ kind: 'load', amountFen: 0 })])
    expect(statesOf(await rowsOf(here))).toEqual(['noted'])
  })
})

describe('gate events', () => {
  const entry = codeTap()

  test.each(['in one batch', 'in the next batch'])(
    'passed confirms, timed-out voids: %s',
    async (when) => {
      const here = await openWorking()
      const records = [entry, codeTap({ at: AT + MINUTE })]
      const events = [gateEvent('passed', 1), gateEvent('timed-out', 2)]
      if (when === 'in one batch') await here.upload([...records, ...events])
      else for (const part of [records, events]) await here.upload(part)
      const [first, second] = await rowsOf(here)
      expect(first).toMatchObject({ state: 'open', note: 'passed' })
      expect(second).toMatchObject({ state: 'void', note: 'gate.timed-out' })
    },
  )

  test('a card that was debited is never voided, and nobody who was seen passing', async () => {
    const here = await openWorking()
    await here.upload([tapOf(), gateEvent('timed-out', 1), entry])
    await here.upload([gateEvent('passed', 3), gateEvent('timed-out', 3)])
    expect((await rowsOf(here))[0]?.state).toBe('open')
    expect((await rowsOf(here))[2]).toMatchObject({ state: 'open', note: 'passed' })
  })

  test('a card whose entry cost nothing may be voided', async () => {
    const here = await openWorking()
    await here.upload([
      tapOf({ kind: 'entry', mode: 'metro', amountFen: 0 }),
      gateEvent('timed-out', 1),
    ])
    expect((await rowsOf(here))[0]?.state).toBe('void')
  })

  test('speak of their own terminal only', async () => {
    const here = await openWorking()
    await here.upload([entry])
    await here.upload([gateEvent('timed-out', 1), gateEvent('timed-out', 77)], OTHER_GATE)
    const [row] = await here.operator.read((tx) => tx.select(taps, { terminal: GATE }))
    expect(row).toMatchObject({ state: 'open', rider: `code/${entry.issuer}/${ACCOUNT}` })
  })
})

/** Chain value behind the first records of the journal. */
async function chainAt(
  here: Awaited<ReturnType<typeof openWorking>>,
  records: readonly Tap[],
): Promise<Uint8Array> {
  const body = await here.batchOf(records, { first: 1, previous: new Uint8Array(32) })
  return fromHex(parseBatch(body).header.chain)
}
