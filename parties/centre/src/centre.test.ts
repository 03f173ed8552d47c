import { parseDeny } from '@unifare/bundle'
import { fromUtf8, UnifareError, utf8 } from '@unifare/core'
import { loadShelf } from '@unifare/institution'
import { ledgerTables } from '@unifare/ledger'
import type { Tap } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { openTestCentre } from './centre.fixture.ts'
import { CARD, CENTRE, cardTap, chargeOf, DAY, ISSUER, OPERATOR } from './clearing.fixture.ts'
import { FIRST_ROOT } from './close.ts'
import { codeTap } from './code.fixture.ts'
import { cards, charges, days, settled, statements, taps } from './tables.ts'

const NEXT_DAY = '2026-11-21'

const DENIED = {
  medium: 'card',
  issuer: ISSUER,
  account: CARD,
  reason: 'lost',
  since: 0,
} as const

const ride = (sequence: number, changes: Partial<Tap> = {}) => cardTap({ sequence, ...changes })
const chargesFor = (rides: readonly Tap[], first = 1) =>
  rides.map((tap, i) => chargeOf([tap], { number: first + i }))

async function closedDay(rides: readonly Tap[]) {
  const network = await openTestCentre()
  await network.taps(rides)
  await network.charges(chargesFor(rides))
  return { network, result: await network.close() }
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof UnifareError ? error.code : error),
  )

describe('closing a day', () => {
  test('taps and charges come in as signed batches; the close settles them', async () => {
    const rides = [await ride(1), await ride(2), await ride(3)]
    const { network, result } = await closedDay(rides)
    expect(result).toMatchObject({ day: DAY, settledFen: 600, charges: 3, rejected: {} })
    await network.centre.read(async (tx) => {
      expect((await tx.select(charges, {})).map(({ day, verdict }) => [day, verdict])).toEqual(
        rides.map(() => [DAY, 'normal']),
      )
      expect(await tx.select(cards, {})).toEqual([
        { card: `${ISSUER}/${CARD}`, counter: 3, balanceFen: 9_400 },
      ])
      expect(await tx.select(settled, {})).toHaveLength(3)
      expect((await tx.select(days, {})).map(({ previousRoot }) => previousRoot)).toEqual([
        FIRST_ROOT,
      ])
      const members = (await tx.select(statements, { day: DAY })).map(({ member }) => member)
      expect(members).toContain(OPERATOR)
      expect(members).toContain(ISSUER)
    })
  })

  test('the ledger’s accounts sum to zero', async () => {
    const { network } = await closedDay([await ride(1), await ride(2)])
    const rows = await network.centre.read((tx) => tx.select(ledgerTables.balances, {}))
    expect(rows.length).toBeGreaterThan(2)
    expect(rows.reduce((sum, { balanceFen }) => sum + balanceFen, 0)).toBe(0)
  })

  test('a re-run gives identical bytes', async () => {
    const { network, result } = await closedDay([await ride(1), await ride(2)])
    const [first, second] = [await network.centre.rerun(DAY), await network.centre.rerun(DAY)]
    expect(first.root).toBe(result.root)
    expect(second.leaves.map(fromUtf8)).toEqual(first.leaves.map(fromUtf8))
    expect(second.entries).toEqual(first.entries)
  })

  test('the same batches in another order give the same root', async () => {
    const rides = [await ride(1), await ride(2), await ride(3)]
    const { result } = await closedDay(rides)
    const other = await openTestCentre()
    await other.charges(chargesFor(rides.slice(0, 1)))
    await other.taps(rides.slice(0, 2))
    await other.charges(chargesFor(rides.slice(1), 2))
    await other.taps(rides.slice(2))
    expect((await other.close()).root).toBe(result.root)
  })

  test('a day closes once, and only a closed one runs again', async () => {
    const { network } = await closedDay([await ride(1)])
    expect(await refusal(network.close())).toBe('centre.day-closed')
    expect(await refusal(network.centre.rerun(NEXT_DAY))).toBe('centre.day-open')
  })

  test('bad evidence is rejected with its code, the rest settles', async () => {
    const [good, spoilt] = [await ride(1), await ride(2)]
    const evidence = spoilt.evidence.slice()
    evidence[23] = (evidence[23] ?? 0) ^ 1
    const { result } = await closedDay([good, { ...spoilt, evidence }])
    expect(result).toMatchObject({ settledFen: 200, rejected: { 'card.bad-tac': 1 } })
  })
})

describe('late charges', () => {
  test('go to the next day with their own tap day, and the closed day stays as it is', async () => {
    const { network, result } = await closedDay([await ride(1)])
    const [late, fresh] = [await ride(2), await ride(3, { at: Date.UTC(2026, 10, 21) })]
    await network.taps([late, fresh])
    await network.charges(
      [
        chargeOf([late], { number: 2, tapDay: DAY }),
        chargeOf([fresh], { number: 3, tapDay: NEXT_DAY }),
      ],
      NEXT_DAY,
    )
    const next = await network.close(NEXT_DAY)
    expect(next).toMatchObject({ day: NEXT_DAY, settledFen: 400, charges: 2 })
    const { statement } = await network.centre.read(async (tx) => {
      const [row] = await tx.get(statements, [{ day: NEXT_DAY, member: OPERATOR }])
      return row as { statement: { lines: { charge: string; tapDay: string }[] } }
    })
    expect(statement.lines.map(({ charge, tapDay }) => [charge, tapDay])).toEqual([
      [`${OPERATOR}-2`, DAY],
      [`${OPERATOR}-3`, NEXT_DAY],
    ])
    const [first, second] = [await network.centre.rerun(DAY), await network.centre.rerun(NEXT_DAY)]
    expect([first.root, second.root]).toEqual([result.root, next.root])
    const rows = await network.centre.read((tx) => tx.select(days, {}))
    expect(rows.map(({ previousRoot }) => previousRoot)).toEqual([FIRST_ROOT, result.root])
  })

  test('what was charged on a closed day is not charged again', async () => {
    const tap = await ride(1)
    const { network } = await closedDay([tap])
    await network.charges([chargeOf([tap], { number: 2 })], NEXT_DAY)
    const next = await network.close(NEXT_DAY)
    expect(next).toMatchObject({ settledFen: 0, rejected: { 'tap.charged': 1 } })
    expect((await network.centre.rerun(NEXT_DAY)).root).toBe(next.root)
  })

  test('a tap that comes after its charge was rejected can be charged again', async () => {
    const network = await openTestCentre()
    const tap = await ride(1)
    await network.charges([chargeOf([tap])])
    expect((await network.close()).rejected).toEqual({ 'tap.missing': 1 })
    await network.taps([tap])
    await network.charges([chargeOf([tap], { number: 2 })], NEXT_DAY)
    expect(await network.close(NEXT_DAY)).toMatchObject({ settledFen: 200, rejected: {} })
  })
})

describe('what comes after the close changes nothing of a closed day', () => {
  test('its missing taps', async () => {
    const network = await openTestCentre()
    const tap = await ride(1)
    await network.charges([chargeOf([tap])])
    const { root } = await network.close()
    await network.taps([tap])
    expect((await network.centre.rerun(DAY)).root).toBe(root)
  })

  test('a deny entry that is lifted and made again', async () => {
    const network = await openTestCentre()
    await network.deny(1, [DENIED])
    const tap = await ride(1)
    await network.taps([tap], 1)
    await network.charges([chargeOf([tap])])
    const { root, rejected } = await network.close()
    expect(rejected).toEqual({ 'deny.listed': 1 })
    await network.deny(2, [])
    await network.deny(3, [DENIED])
    expect((await network.centre.rerun(DAY)).root).toBe(root)
  })

  test('another acceptance list', async () => {
    const { network, result } = await closedDay([await ride(1)])
    await network.centre.command({ do: 'publish-acceptance', content: { rows: [] } })
    expect((await network.centre.rerun(DAY)).root).toBe(result.root)
  })

  test('another list of issuer keys', async () => {
    const network = await openTestCentre()
    const { tap, content } = await codeTap()
    await network.centre.command({ do: 'publish-issuer-keys', content })
    await network.taps([tap])
    await network.charges([chargeOf([tap], { amountFen: 300 })])
    const { root, settledFen } = await network.close()
    expect(settledFen).toBe(300)
    const empty = { roots: content.roots, issuers: [] }
    await network.centre.command({ do: 'publish-issuer-keys', content: empty })
    expect((await network.centre.rerun(DAY)).root).toBe(root)
  })
})

describe('deny lists: who held the list with the entry answers for the tap', () => {
  test.each([
    ['before the entry stood', 0, 'normal'],
    ['with the entry', 1, 'deny.listed'],
    ['after the entry was lifted', 2, 'normal'],
  ])('%s', async (_, held, verdict) => {
    const network = await openTestCentre()
    await network.deny(1, [DENIED])
    await network.deny(2, [])
    const tap = await ride(1)
    await network.taps([tap], held)
    await network.charges([chargeOf([tap])])
    await network.close()
    const rows = await network.centre.read((tx) => tx.select(charges, {}))
    expect(rows.map((row) => row.verdict)).toEqual([verdict])
  })

  test('a list longer than a message is taken in pieces', async () => {
    const network = await openTestCentre()
    const account = (i: number) => `31048600000${String(i).padStart(8, '0')}`
    const others = Array.from({ length: 6_000 }, (_, i) => ({ ...DENIED, account: account(i) }))
    expect(await network.deny(1, [...others, DENIED])).toEqual({ kind: 'deny', version: 1 })
    const [sent, merged] = await network.centre.read(async (tx) => {
      const shelf = await loadShelf(tx)
      return [ISSUER, CENTRE].map((id) => parseDeny(shelf.get(`deny/${id}`)?.content).entries)
    })
    expect(sent).toHaveLength(6_001)
    expect(new Set(merged?.map((entry) => entry.account))).toEqual(
      new Set(sent?.map((entry) => entry.account)),
    )
  })

  test('an issuer denies its own media only', async () => {
    const network = await openTestCentre()
    const foreign = { ...DENIED, issuer: '20000009' }
    expect(await refusal(network.deny(1, [foreign]))).toBe('bundle.wrong-publisher')
  })
})

describe('intake', () => {
  test('a batch may come again: one effect', async () => {
    const rides = [await ride(1), await ride(2)]
    const network = await openTestCentre()
    await network.taps(rides)
    const again = await openTestCentre()
    await again.taps(rides.slice(0, 1))
    await again.taps(rides.slice(1))
    for (const { centre } of [network, again]) {
      expect(await centre.read((tx) => tx.select(taps, {}))).toHaveLength(2)
    }
  })

  test('a record that was delivered before with other content is refused', async () => {
    const network = await openTestCentre()
    await network.taps([await ride(1)])
    const forked = network.taps([await ride(1, { amountFen: 300 })])
    expect(await refusal(forked)).toBe('batch.forked')
  })

  test('charges have no gap, and a correction names an earlier charge', async () => {
    const tap = await ride(1)
    const gap = await openTestCentre()
    expect(await refusal(gap.charges([chargeOf([tap], { number: 2 })]))).toBe('batch.gap')
    const wrong = await openTestCentre()
    const ahead = wrong.charges([chargeOf([tap], { corrects: 5 })])
    expect(await refusal(ahead)).toBe('charge.malformed')
  })

  test('orders come from the centre itself', async () => {
    const network = await openTestCentre()
    const body = new TextEncoder().encode(JSON.stringify({ do: 'close-day', day: DAY }))
    expect(await refusal(network.send(OPERATOR, 'order', body))).toBe('message.refused')
  })

  test('a terminal that is on no device list is refused', async () => {
    const network = await openTestCentre()
    await network.bundle(OPERATOR, 'devices', { version: 2, content: { devices: [] } })
    expect(await refusal(network.taps([await ride(1)]))).toBe('batch.bad-signature')
  })
})

describe('the order of things', () => {
  test('days close in order, and only days that exist', async () => {
    const { network } = await closedDay([await ride(1)])
    expect(await refusal(network.close())).toBe('centre.day-closed')
    expect(await refusal(network.close('2026-11-19'))).toBe('centre.day-closed')
    expect(await refusal(network.close('2026-11-31'))).toBe('time.bad-day')
    expect(await refusal(network.close(NEXT_DAY))).toBe('accepted')
  })

  test('a charge of a later day waits for its own close', async () => {
    const rides = [await ride(1), await ride(2)]
    const network = await openTestCentre()
    await network.taps(rides)
    const [today, tomorrow] = chargesFor(rides)
    if (today === undefined || tomorrow === undefined) throw new TypeError('two charges are made')
    await network.charges([today, { ...tomorrow, tapDay: NEXT_DAY }])
    expect(await network.close()).toMatchObject({ charges: 1, settledFen: 200 })
    expect(await network.close(NEXT_DAY)).toMatchObject({ charges: 1, settledFen: 200 })
    expect((await network.centre.rerun(DAY)).charges).toHaveLength(1)
  })

  test('publishing the deny list again keeps what issuers denied', async () => {
    const network = await openTestCentre()
    await network.deny(1, [DENIED])
    await network.centre.command({ do: 'publish-deny' })
    const answer = (await network.send(OPERATOR, 'pull', utf8('{"held":{}}'))) as {
      bundles: { kind: string; version: number; content: unknown }[]
    }
    const deny = answer.bundles.find(({ kind }) => kind === 'deny')
    expect(deny).toMatchObject({ version: 2, content: { entries: [DENIED] } })
  })
})

describe('statements as files', () => {
  test('one pair for every member, written by the close', async () => {
    const { network } = await closedDay([await ride(1)])
    const names = await network.storage.list('statement-')
    expect(names).toHaveLength(6)
    const csv = await network.storage.read(`statement-${DAY}-${OPERATOR}.csv`)
    expect(fromUtf8(csv ?? new Uint8Array(0))).toContain(`${OPERATOR}-1,`)
  })
})
