import {
  createPhone,
  createPhoneSlot,
  installInstance,
  type LoadOpening,
  loadCard,
  type PhoneSlot,
  PURSE_AID,
  readCard,
  readDeviceKey,
  readLastReceipt,
  runScript,
  switchInstance,
} from '@unifare/card'
import { concat, createMemoryRepository, createSeededRandom, fromHex, toHex } from '@unifare/core'
import { createSoftwareKeyStore, generateKey, type KeyRef, type KeyUse } from '@unifare/crypto'
import { describe, expect, test } from 'vitest'
import { cards, type PhoneIssuer, phoneLoads } from '../index.ts'
import { createWorld, DAY, engine, ISSUER, identity, openTestIssuer } from '../issuer.fixture.ts'

const SUFFIX = fromHex('10009156000014A1')
const AID = concat(PURSE_AID, SUFFIX)
const refused = (code: string) => expect.objectContaining({ code })

function phoneIssuer(): PhoneIssuer {
  const ref = (use: KeyUse): KeyRef => {
    const more = { index: use === 'tac' ? 0 : 1, version: 1, algorithm: '3des' } as const
    return { scheme: 'mot', issuer: '00000000', use, ...more }
  }
  const refs = {
    purchase: ref('purchase'),
    load: ref('load'),
    tac: ref('tac'),
    maintenance: ref('maintenance'),
  }
  const seeded = createSeededRandom('masters')
  const random = (length: number) => seeded.bytes(length)
  const keys = Object.values(refs).map((one) => generateKey(one, random))
  const store = createSoftwareKeyStore({ engine, random, keys })
  const place = { provinceCode: '7900', cityCode: '7910', validityYears: 10 }
  return { keys: { store, ...refs }, aidSuffix: SUFFIX, ...place }
}

function newSlot(name: string): PhoneSlot {
  const seeded = createSeededRandom(name)
  const random = (length: number) => seeded.bytes(length)
  return createPhoneSlot({ phone: createPhone(random), random })
}

interface Script {
  readonly number: string
  readonly state: string
  readonly kind: string | null
  readonly commands: readonly string[]
}

/** A rider with an account, a phone, and 5,000 fen prepaid. */
async function openPhone(name = 'Li') {
  const world = createWorld()
  const opened = await openTestIssuer(world, [], { phone: phoneIssuer() })
  const riderOf = opened.rider
  const rider = riderOf(name)
  const { account } = await rider.open()
  const slot = newSlot(name)
  const device = toHex(await readDeviceKey(slot.manage))
  const order = (body: object) => rider.order(body) as Promise<never>
  const { number } = (await order({ do: 'phone-request', device })) as Script
  const issuerKey = await identity(world, ISSUER).publicKeyOf(ISSUER)
  if (issuerKey === undefined) throw new TypeError('no key')
  await installInstance(slot.manage, { aid: AID, issuerKey })
  const script = async () => (await order({ do: 'phone-script', number })) as Script
  const run = async (on: PhoneSlot = slot) => {
    const { commands } = await script()
    return runScript(on.manage, commands.map(fromHex), AID)
  }
  const done = (receipt: Uint8Array) =>
    order({ do: 'phone-done', number, receipt: toHex(receipt) }) as Promise<Script>
  const fund = { do: 'phone-fund', account, amountFen: 5_000, day: DAY, reference: name }
  await opened.issuer.command(fund)
  return {
    ...opened,
    rider,
    riderOf,
    slot,
    device,
    number,
    account,
    order,
    script,
    run,
    done,
    issuerKey,
  }
}

/** The same, with the card live in the phone. */
async function openLive() {
  const opened = await openPhone()
  await opened.done(await opened.run())
  await switchInstance(opened.slot.manage, AID, 'on')
  return opened
}

/** Loads as a phone does; what is `lost` never reaches the other end. */
async function load(
  { slot, order, number }: Awaited<ReturnType<typeof openLive>>,
  amountFen: number,
  lost?: 'mac2' | 'tac',
) {
  slot.reset()
  const read = await readCard(slot)
  if (!read.ok) throw new Error(read.code)
  const text = (opening: LoadOpening) => ({
    ...opening,
    random: toHex(opening.random),
    mac1: toHex(opening.mac1),
  })
  return loadCard({
    transport: slot,
    view: read.view,
    terminal: '911000000001',
    keyIndex: 1,
    amountFen,
    at: Date.UTC(2026, 10, 20, 1),
    host: {
      async authorise(opening) {
        const answer = await order({ do: 'phone-load', number, opening: text(opening) })
        if (lost === 'mac2') return { ok: false, code: 'card.torn' }
        return { ok: true, mac2: fromHex((answer as { mac2: string }).mac2) }
      },
      async confirm({ onlineNumber }, tac) {
        if (lost === 'tac') return true
        await order({ do: 'phone-load-done', number, onlineNumber, tac: toHex(tac) })
        return true
      },
    },
  })
}

const loadsOf = ({ issuer, number }: Awaited<ReturnType<typeof openLive>>) =>
  issuer.read(async (tx) => ({
    loads: (await tx.select(phoneLoads, { number })).map(({ state }) => state),
    loadedFen: (await tx.get(cards, [{ number }]))[0]?.loadedFen,
  }))

describe('scripts of an issuer', () => {
  test('an issuer rebuilt from its journal writes the same script to the byte', async () => {
    const { world, script, issuer, number, rider } = await openPhone()
    const before = await script()
    expect(before.commands.length).toBeGreaterThan(8)
    await issuer.close()
    world.repository = createMemoryRepository()
    const again = await openTestIssuer(world, [], { phone: phoneIssuer() })
    expect(await rider.order({ do: 'phone-script', number })).toEqual(before)
    await again.issuer.close()
  })

  test('an issuer without masters for phones has no such orders', async () => {
    const { rider } = await openTestIssuer()
    await rider('Li').open()
    const order = rider('Li').order({ do: 'phone-request', device: `02${'11'.repeat(32)}` })
    await expect(order).rejects.toThrow(refused('message.refused'))
  })

  test('receipts of another phone, of another script, or changed, are refused', async () => {
    const { run, done, slot } = await openPhone()
    const receipt = await run()
    const changed = receipt.with(90, (receipt[90] ?? 0) ^ 1)
    await expect(done(changed)).rejects.toThrow(refused('issuer.phone-receipt'))
    expect(await done(receipt)).toMatchObject({ state: 'active' })
    expect(await done(receipt)).toMatchObject({ state: 'active' })
    expect(toHex(await readLastReceipt(slot.manage, AID))).toBe(toHex(receipt))
  })

  test('a stale receipt does not end a suspension', async () => {
    const opened = await openPhone()
    const made = await opened.run()
    await opened.done(made)
    await opened.order({ do: 'phone-suspend', number: opened.number })
    await expect(opened.done(made)).rejects.toThrow(refused('issuer.phone-receipt'))
  })

  test('suspended while it was being made: it is told at once', async () => {
    const { run, done, order, number } = await openPhone()
    const receipt = await run()
    expect(await order({ do: 'phone-suspend', number })).toMatchObject({ state: 'requested' })
    expect(await done(receipt)).toMatchObject({ state: 'suspending', denied: true })
    expect(await done(await run())).toMatchObject({ state: 'suspended' })
    expect(await order({ do: 'phone-resume', number })).toMatchObject({ denied: false })
    expect(await done(await run())).toMatchObject({ state: 'active' })
  })

  test('strangers order nothing, and one phone serves one account', async () => {
    const { rider, riderOf, number, device } = await openPhone()
    const stranger = riderOf('Wang')
    await stranger.open()
    for (const name of ['script', 'suspend', 'resume']) {
      const order = stranger.order({ do: `phone-${name}`, number })
      await expect(order).rejects.toThrow(refused('issuer.no-phone-card'))
    }
    const taken = stranger.order({ do: 'phone-request', device })
    await expect(taken).rejects.toThrow(refused('issuer.phone-taken'))
    expect(await rider.order({ do: 'phone-request', device })).toMatchObject({ number })
  })
})

describe('a move', () => {
  test('is called to another phone until the old one has frozen the card, then no more', async () => {
    const live = await openLive()
    const { order, number, run, done } = live
    const [first, second] = [newSlot('first'), newSlot('second')]
    const to = async (slot: PhoneSlot) =>
      order({ do: 'phone-move', number, device: toHex(await readDeviceKey(slot.manage)) })
    await to(first)
    await to(second)
    const frozen = await run()
    expect(await done(frozen)).toMatchObject({ state: 'moving' })
    await expect(to(first)).rejects.toThrow(refused('issuer.phone-state'))
    expect(await done(frozen)).toMatchObject({ state: 'moving' })
    await installInstance(second.manage, { aid: AID, issuerKey: live.issuerKey })
    expect(await done(await run(second))).toMatchObject({ state: 'active' })
  })

  test('with more money than was ever loaded is refused', async () => {
    const live = await openLive()
    await load(live, 700)
    const { slot, order, number, done } = live
    const phone = slot.phone()
    const [instance] = phone.instances
    if (!instance?.memory) throw new Error('no card')
    // A phone whose store was broken into gives itself a yuan.
    const memory = { ...instance.memory, balanceFen: instance.memory.balanceFen + 100 }
    const forged = createPhoneSlot({
      phone: { ...phone, instances: [{ ...instance, memory }] },
      random: (length) => new Uint8Array(length),
    })
    const target = newSlot('new')
    const device = toHex(await readDeviceKey(target.manage))
    await order({ do: 'phone-move', number, device })
    const receipt = await live.run(forged)
    await expect(done(receipt)).rejects.toThrow(refused('issuer.phone-balance'))
  })
})

describe('a load by the phone as reader', () => {
  test('cut before the card took it: the same amount again; any other waits', async () => {
    const live = await openLive()
    expect(await load(live, 700, 'mac2')).toMatchObject({ ok: false })
    expect(await loadsOf(live)).toEqual({ loads: ['authorised'], loadedFen: 0 })
    await expect(load(live, 1)).rejects.toThrow(refused('issuer.phone-load-open'))
    expect(await load(live, 700)).toMatchObject({ ok: true, balanceAfterFen: 700 })
    expect(await loadsOf(live)).toEqual({ loads: ['written'], loadedFen: 700 })
  })

  test('cut after the card took it: the next load shows that it was written', async () => {
    const live = await openLive()
    await load(live, 700, 'tac')
    expect(await load(live, 300)).toMatchObject({ balanceAfterFen: 1_000 })
    expect(await loadsOf(live)).toEqual({ loads: ['written', 'written'], loadedFen: 1_000 })
  })

  test('never written and then frozen: it is reversed, and the money is there again', async () => {
    const live = await openLive()
    await load(live, 5_000, 'mac2')
    const target = newSlot('new')
    const device = toHex(await readDeviceKey(target.manage))
    await live.order({ do: 'phone-move', number: live.number, device })
    await live.done(await live.run())
    expect(await loadsOf(live)).toEqual({ loads: ['reversed'], loadedFen: 0 })
    await installInstance(target.manage, { aid: AID, issuerKey: live.issuerKey })
    await live.done(await live.run(target))
    await switchInstance(target.manage, AID, 'on')
    expect(await load({ ...live, slot: target }, 5_000)).toMatchObject({ ok: true })
    expect(await loadsOf(live)).toEqual({ loads: ['written'], loadedFen: 5_000 })
  })
})
