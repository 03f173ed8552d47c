import {
  type AskIssuer,
  consentStatement,
  createPhone,
  createPhoneSlot,
  deviceStatement,
  installInstance,
  type PhoneSlot,
  PURSE_AID,
  readCard,
  readDeviceKey,
  readLastReceipt,
  runScript,
  signStatement,
  switchInstance,
  writeLoad,
} from '@unifare/card'
import { concat, createMemoryRepository, createSeededRandom, fromHex, toHex } from '@unifare/core'
import { createSoftwareKeyStore, generateKey, type KeyRef, type KeyUse } from '@unifare/crypto'
import { describe, expect, test } from 'vitest'
import { cards, loads, type PhoneIssuer } from '../index.ts'
import { createWorld, engine, ISSUER, identity, openTestIssuer } from '../issuer.fixture.ts'

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

/** Asks for a card or a move as a phone does: with its signature under today's challenge. */
async function proven(
  order: (body: object) => Promise<unknown>,
  slot: PhoneSlot,
  body: Readonly<Record<string, unknown>>,
): Promise<Script> {
  const device = toHex(await readDeviceKey(slot.manage))
  const asked = (await order({ do: 'phone-challenge', device })) as { challenge: string }
  const statement = deviceStatement(ISSUER, asked.challenge)
  const proof = toHex(await signStatement(slot.manage, statement))
  return (await order({ ...body, device, proof })) as Script
}

/** A rider with an account, a phone that has asked for its card, and 50 yuan at the bank. */
async function openPhone(name = 'Li') {
  const world = createWorld()
  const opened = await openTestIssuer(world, [], { phone: phoneIssuer() })
  const rider = opened.rider(name)
  const { account } = await rider.open()
  await rider.authorise()
  world.bank.fund(account, 5_000)
  const slot = newSlot(name)
  const order = (body: object) => rider.order(body) as Promise<never>
  const { number } = await proven(order, slot, { do: 'phone-request' })
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
  const move = (to: PhoneSlot) => proven(order, to, { do: 'phone-move', number })
  const riderOf = opened.rider
  return { ...opened, rider, riderOf, slot, number, order, script, run, done, move, issuerKey }
}

/** The same, with the card live in the phone. */
async function openLive() {
  const opened = await openPhone()
  await opened.done(await opened.run())
  await switchInstance(opened.slot.manage, AID, 'on')
  return opened
}

type Live = Awaited<ReturnType<typeof openLive>>

/** Orders a load, has it paid, and writes it; what is `lost` never reaches the other end. */
async function load(
  { slot, order, number, issuer }: Live,
  { amountFen, name }: { readonly amountFen: number; readonly name: string },
  lost?: 'mac2' | 'tac',
) {
  await order({ do: 'load-request', order: name, card: number, amountFen, way: 'phone' })
  await issuer.payLoads()
  slot.reset()
  const read = await readCard(slot)
  if (!read.ok) throw new Error(read.code)
  const ask: AskIssuer = async (_, body) => {
    if (lost === 'tac' && body['do'] === 'load-confirm') throw new Error('lost')
    const answer = await order(body)
    if (lost === 'mac2' && body['do'] === 'load-authorise') throw new Error('lost')
    return answer
  }
  const now = () => Date.UTC(2026, 10, 20, 1)
  const reader = { ask, now, terminal: '911000000001', keyIndex: 1 }
  return writeLoad(reader, { transport: slot, view: read.view, order: name, amountFen })
}

const loadsOf = ({ issuer, number }: Live) =>
  issuer.read(async (tx) => ({
    loads: (await tx.select(loads, { card: number })).map(({ state }) => state),
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

  test('strangers order nothing, and one phone serves one rider', async () => {
    const { rider, riderOf, number, slot } = await openPhone()
    const stranger = riderOf('Wang')
    await stranger.open()
    for (const name of ['script', 'suspend', 'resume']) {
      const order = stranger.order({ do: `phone-${name}`, number })
      await expect(order).rejects.toThrow(refused('issuer.no-phone-card'))
    }
    const taken = proven(stranger.order, slot, { do: 'phone-request' })
    await expect(taken).rejects.toThrow(refused('issuer.phone-taken'))
    expect(await proven(rider.order, slot, { do: 'phone-request' })).toMatchObject({ number })
  })

  test('a phone that does not sign the challenge of today gets no card', async () => {
    const { order, slot } = await openPhone()
    const device = toHex(await readDeviceKey(slot.manage))
    const other = newSlot('another phone')
    const statement = deviceStatement(ISSUER, 'a challenge of yesterday')
    const proofs = [
      await signStatement(slot.manage, statement),
      await signStatement(other.manage, statement),
    ]
    for (const proof of proofs) {
      const asked = order({ do: 'phone-request', device, proof: toHex(proof) })
      await expect(asked).rejects.toThrow(refused('issuer.phone-proof'))
    }
  })
})

describe('a device of a rider', () => {
  test('joins by its own word only, and belongs to one rider', async () => {
    const { rider, riderOf } = await openPhone()
    const second = riderOf('the second phone')
    const consent = (owner: string) =>
      second.self.sign(consentStatement(ISSUER, owner)).then((signed) => toHex(signed))
    const join = async (owner: string) =>
      rider.order({ do: 'phone-add-device', rider: second.self.id, consent: await consent(owner) })
    await expect(join(riderOf('Wang').self.id)).rejects.toThrow(refused('issuer.device-consent'))
    await join(rider.self.id)
    expect(await second.look()).toMatchObject({ account: (await rider.look()).account })
    const foreign = riderOf('Wang')
    await foreign.open()
    const taken = foreign.order({
      do: 'phone-add-device',
      rider: second.self.id,
      consent: await consent(foreign.self.id),
    })
    await expect(taken).rejects.toThrow(refused('issuer.phone-taken'))
  })
})

describe('a move', () => {
  test('is called to another phone until the old one has frozen the card, then no more', async () => {
    const { move, run, done, issuerKey } = await openLive()
    const [first, second] = [newSlot('first'), newSlot('second')]
    await move(first)
    await move(second)
    const frozen = await run()
    expect(await done(frozen)).toMatchObject({ state: 'moving' })
    await expect(move(first)).rejects.toThrow(refused('issuer.phone-state'))
    expect(await done(frozen)).toMatchObject({ state: 'moving' })
    await installInstance(second.manage, { aid: AID, issuerKey })
    expect(await done(await run(second))).toMatchObject({ state: 'active' })
  })

  test('with more money than was ever loaded is refused', async () => {
    const live = await openLive()
    await load(live, { amountFen: 700, name: 'first-load' })
    const { slot, move, done } = live
    const phone = slot.phone()
    const [instance] = phone.instances
    if (!instance?.memory) throw new Error('no card')
    // A phone whose store was broken into gives itself a yuan.
    const memory = { ...instance.memory, balanceFen: instance.memory.balanceFen + 100 }
    const forged = createPhoneSlot({
      phone: { ...phone, instances: [{ ...instance, memory }] },
      random: (length) => new Uint8Array(length),
    })
    await move(newSlot('new'))
    const receipt = await live.run(forged)
    await expect(done(receipt)).rejects.toThrow(refused('issuer.phone-balance'))
  })
})

describe('a load by the phone as reader', () => {
  test('whose TAC was lost is on the card that freezes, and in the books', async () => {
    const live = await openLive()
    await expect(load(live, { amountFen: 700, name: 'first-load' }, 'tac')).rejects.toThrow('lost')
    expect(await loadsOf(live)).toEqual({ loads: ['AUTHORISED'], loadedFen: 0 })
    await live.move(newSlot('new'))
    await live.done(await live.run())
    expect(await loadsOf(live)).toEqual({ loads: ['CONFIRMED'], loadedFen: 700 })
  })

  test('never written and then frozen: it waits, and is written in the new phone', async () => {
    const live = await openLive()
    const whole = { amountFen: 5_000, name: 'whole-load' }
    await expect(load(live, whole, 'mac2')).rejects.toThrow('lost')
    const target = newSlot('new')
    await live.move(target)
    await live.done(await live.run())
    expect(await loadsOf(live)).toEqual({ loads: ['RESERVED'], loadedFen: 0 })
    await installInstance(target.manage, { aid: AID, issuerKey: live.issuerKey })
    await live.done(await live.run(target))
    await switchInstance(target.manage, AID, 'on')
    expect(await load({ ...live, slot: target }, whole)).toMatchObject({ ok: true })
    expect(await loadsOf(live)).toEqual({ loads: ['CONFIRMED'], loadedFen: 5_000 })
  })
})
