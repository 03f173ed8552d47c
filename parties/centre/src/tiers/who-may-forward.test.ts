import { canonicalJson, utf8 } from '@unifare/core'
import { returned } from '@unifare/institution'
import { encodeMessage } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { DAY } from '../clearing.fixture.ts'
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
    const other = { ...position, netFen: -6 }
    expect(await down({ ...result, netFen: -6, members: [other] })).toBe('tier.bad-result')
    expect(await down({ ...result, root: '01' })).toBe('accepted')
    expect(await down({ ...page, part: 1 })).toBe('tier.bad-result')
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
})
