import { canonicalJson, utf8, view } from '@unifare/core'
import { outbox, returned } from '@unifare/institution'
import { CHAIN_START, encodeBatch, encodeMessage, encodeTap } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { readConflicts } from '../cases/read-conflicts.ts'
import { cardTap, DAY } from '../clearing.fixture.ts'
import { encodeForwarded } from './envelope.ts'
import {
  BUSES,
  CARDS,
  GUANGDONG,
  HUBEI,
  NATION,
  openTierNetwork,
  TIERS,
  type TierNetwork,
  WUHAN,
} from './network.fixture.ts'

import { broughtBy, clearedBy, refusal } from './rides.fixture.ts'

describe('who may forward', () => {
  const forwardedBy = async (
    network: TierNetwork,
    by: string,
    to: string,
    receiver = BUSES.guangzhou.centre,
  ) => {
    const bytes = await encodeMessage({
      kind: 'charge-batch',
      sender: BUSES.guangzhou.id,
      receiver,
      sentAt: network.clock.now(),
      body: new Uint8Array(8),
      sign: network.signOf(BUSES.guangzhou.id),
    })
    return network.send(by, to, 'charge-batch', encodeForwarded({ bytes }, [1]))
  }

  test('a child to its parent, and what it was sent itself', async () => {
    const network = await openTierNetwork()
    expect(await refusal(forwardedBy(network, GUANGDONG, HUBEI))).toBe('tier.unknown')
    expect(await refusal(forwardedBy(network, BUSES.wuhan.id, NATION))).toBe('tier.unknown')
    expect(await refusal(forwardedBy(network, HUBEI, NATION))).toBe('message.wrong-receiver')
  })

  test('what the operator signed', async () => {
    const network = await openTierNetwork()
    const bytes = await encodeMessage({
      kind: 'charge-batch',
      sender: BUSES.guangzhou.id,
      receiver: GUANGDONG,
      sentAt: network.clock.now(),
      body: new Uint8Array(8),
      sign: network.signOf(GUANGDONG),
    })
    const forged = network.send(GUANGDONG, NATION, 'charge-batch', encodeForwarded({ bytes }, [1]))
    expect(await refusal(forged)).toBe('message.bad-signature')
  })

  test('a result must come to its parts, and nothing comes behind it', async () => {
    const network = await openTierNetwork()
    const down = (body: object) =>
      refusal(network.send(NATION, HUBEI, 'statement', utf8(canonicalJson({ day: DAY, ...body }))))
    const position = { id: CARDS.yichang, receivableFen: 0, payableFen: 7, netFen: -7 }
    const statement = {
      member: CARDS.yichang,
      day: DAY,
      root: '00',
      position,
      roundingFen: 0,
      lines: [],
      orders: [],
    }
    const page = { tier: 'page', member: CARDS.yichang, part: 0, statement }
    const result = { tier: 'result', root: '00', netFen: -7, members: [position], pages: 1 }
    expect(await down(result)).toBe('message.malformed')
    expect(await down(page)).toBe('accepted')
    expect(await down({ ...result, netFen: -6 })).toBe('tier.bad-result')
    const other = { ...position, payableFen: 6, netFen: -6 }
    expect(await down({ ...result, netFen: -6, members: [other] })).toBe('tier.bad-result')
    expect(await down({ ...result, root: '01' })).toBe('accepted')
    expect(await down({ ...page, part: 1 })).toBe('tier.bad-result')
    // Another one in its place would settle the day twice.
    expect(await down({ ...result, root: '02' })).toBe('tier.bad-result')
  })

  test.each([
    [
      'a page without a line’s taps',
      { statement: { lines: [{ charge: '1-1', side: 'receive' }] } },
    ],
    ['a page with a line that is none', { statement: { lines: [null] } }],
    ['a page without orders', { statement: { orders: null } }],
    [
      'a page with a position that does not come to its net',
      { statement: { position: { netFen: 1 } } },
    ],
    ['a result with a part that is none', { tier: 'result', members: [null] }],
    ['a result with a sum that is none', { tier: 'result', netFen: '0' }],
  ])('%s is refused, and what comes next is taken', async (_, change) => {
    const network = await openTierNetwork()
    const position = { id: CARDS.yichang, receivableFen: 0, payableFen: 0, netFen: 0 }
    const { statement = {}, ...body } = change as { statement?: { position?: object } }
    const page = {
      tier: 'page',
      day: DAY,
      member: CARDS.yichang,
      part: 0,
      root: '00',
      netFen: 0,
      members: [position],
      pages: 0,
      ...body,
      statement: {
        member: CARDS.yichang,
        day: DAY,
        root: '00',
        roundingFen: 0,
        lines: [],
        orders: [],
        ...statement,
        position: { ...position, ...statement.position },
      },
    }
    const down = (one: object) =>
      refusal(network.send(NATION, HUBEI, 'statement', utf8(canonicalJson(one))))
    expect(await down(page)).toBe('message.malformed')
    expect(await down({ ...page, tier: 'result', members: [], netFen: 0 })).toBe('accepted')
    await network.close()
  })

  test.each(['no JSON', '{"pieces":1}'])('a list that is %j stops nobody', async (text) => {
    const network = await openTierNetwork()
    for (const [from, to] of [
      [BUSES.guangzhou.id, GUANGDONG],
      [GUANGDONG, NATION],
    ] as const) {
      const told = await refusal(network.send(from, to, 'bundle', utf8(text)))
      expect(told).toMatch(/^(json\.bad|bundle\.malformed)$/)
    }
    await network.close()
  })

  test('results come from above alone', async () => {
    const network = await openTierNetwork()
    const body = new TextEncoder().encode(JSON.stringify({ tier: 'result', day: DAY }))
    expect(await refusal(network.send(WUHAN, HUBEI, 'statement', body))).toBe('message.refused')
  })

  test('centres that do not agree on the rule: refused, kept, and taken when they do', async () => {
    const network = await openTierNetwork()
    const own = {
      tiers: { ...TIERS, rules: TIERS.rules.map((one) => ({ ...one, tier: 'city' as const })) },
    }
    await network.open(NATION, { ...own })
    await broughtBy(network, 'guangzhou', ['wuhan'])
    expect(await network.deliver()).toBe(0)
    const kept = await network.centreOf(GUANGDONG).read((tx) => tx.select(returned, {}))
    expect(kept.map(({ code, receiver }) => [code, receiver])).toEqual([['tier.unknown', NATION]])
    await network.open(NATION)
    await network.centreOf(GUANGDONG).command({ do: 'forward-again' })
    await network.close()
    expect(await clearedBy(network)).toEqual({ [`${BUSES.guangzhou.id}-1`]: `${NATION} normal` })
  })

  test('what was refused is taken when it comes again, also behind later charges', async () => {
    const network = await openTierNetwork()
    const own = {
      tiers: { ...TIERS, rules: TIERS.rules.map((one) => ({ ...one, tier: 'city' as const })) },
    }
    await network.open(NATION, own)
    await broughtBy(network, 'guangzhou', ['wuhan'])
    expect(await network.deliver()).toBe(0)
    await network.open(NATION)
    await broughtBy(network, 'guangzhou', ['wuhan'])
    expect(await network.deliver()).toBe(0)
    await network.centreOf(GUANGDONG).command({ do: 'forward-again' })
    await network.close()
    expect(await clearedBy(network)).toEqual({
      [`${BUSES.guangzhou.id}-1`]: `${NATION} normal`,
      [`${BUSES.guangzhou.id}-2`]: `${NATION} normal`,
    })
  })

  test('a child that hands over the same twice, or what it clears itself, moves no more money', async () => {
    const network = await openTierNetwork()
    await broughtBy(network, 'guangzhou', ['wuhan', 'guangzhou'])
    const waiting = await network.centreOf(GUANGDONG).read((tx) => tx.select(outbox, {}))
    const body = waiting.find(({ kind }) => kind === 'charge-batch')?.body ?? new Uint8Array()
    const bytes = body.subarray(body.length - originalLength(body))
    expect(await network.deliver()).toBe(0)
    const handed = (numbers: readonly number[]) =>
      refusal(network.send(GUANGDONG, NATION, 'charge-batch', encodeForwarded({ bytes }, numbers)))
    expect(await handed([1, 7])).toBe('accepted')
    expect(await handed([2])).toBe('tier.unknown')
    expect(await handed([1, 2])).toBe('tier.unknown')
    const changed = bytes.slice()
    changed[changed.length - 1]! ^= 1
    expect(
      await refusal(
        network.send(GUANGDONG, NATION, 'charge-batch', encodeForwarded({ bytes: changed }, [1])),
      ),
    ).toBe('message.bad-signature')
    const closed = await network.close()
    expect(closed.get(NATION)).toMatchObject({ charges: 1, settledFen: 137 })
    expect(await clearedBy(network)).toEqual({
      [`${BUSES.guangzhou.id}-1`]: `${NATION} normal`,
      [`${BUSES.guangzhou.id}-2`]: `${GUANGDONG} normal`,
    })
  })

  test('another content of a record that came forwarded is a conflict case there', async () => {
    const network = await openTierNetwork()
    const [tap] = await broughtBy(network, 'guangzhou', ['wuhan'])
    expect(await network.deliver()).toBe(0)
    const { id } = BUSES.guangzhou
    const terminal = network.terminalOf('guangzhou')
    const other = await cardTap({ ...tap, amountFen: 999 })
    const body = await encodeBatch({
      terminal,
      operator: id,
      first: 1,
      previous: CHAIN_START,
      records: [encodeTap(other)],
      bundles: [],
      createdAt: network.clock.now(),
      sign: network.signOf(terminal),
    })
    const sentAt = network.clock.now()
    const sign = network.signOf(id)
    const kind = 'tap-batch'
    const bytes = await encodeMessage({ kind, sender: id, receiver: GUANGDONG, sentAt, body, sign })
    const sent = network.send(GUANGDONG, NATION, kind, encodeForwarded({ bytes }))
    expect(await refusal(sent)).toBe('batch.forked')
    const cases = await network
      .centreOf(NATION)
      .read((tx) => readConflicts(tx, network.storageOf(NATION)))
    expect(cases).toMatchObject([{ kind: 'delivery', state: 'REFUSED', key: `${terminal}-1` }])
  })
})

/** Bytes of the message within a forwarded one: behind magic, version and header. */
function originalLength(body: Uint8Array): number {
  return body.length - 5 - view(body).getUint16(3)
}
