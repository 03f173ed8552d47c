import { createMemoryRepository, fromHex, toHex } from '@unifare/core'
import { decodeCustomField, parseCredential } from '@unifare/ridecode'
import { describe, expect, test } from 'vitest'
import { pseudonyms, RISK_TERMS, rides } from '../index.ts'
import {
  AT,
  createWorld,
  DAY,
  HOUR,
  ISSUER,
  identity,
  lineOf,
  OPERATOR,
} from '../issuer.fixture.ts'
import { marksOf, openCodes, verdictOf } from './codes.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const fieldOf = (credential: { readonly custom: Uint8Array }) =>
  decodeCustomField(credential.custom)

describe('a batch of credentials', () => {
  test('has a key, a card account and a payment account of its own for each', async () => {
    const { authorised, ready, wantedOf } = await openCodes()
    const { phone, account } = await authorised('a')
    const wanted = [{}, { slot: 1 }, { later: 1 }, { companion: 1 }].map(wantedOf)
    const answer = await ready(phone, wanted)
    expect(answer).toMatchObject({ account, riskClass: 'none' })
    const made = answer.credentials.map(({ credential }) => parseCredential(fromHex(credential)))
    expect(made.map(({ userPublicKey }) => toHex(userPublicKey))).toEqual(
      wanted.map(({ userPublicKey }) => userPublicKey),
    )
    expect(answer.credentials.map(({ number }) => number)).toEqual(
      made.map(({ cardAccount }) => cardAccount),
    )
    const marks = made.flatMap(marksOf)
    expect(new Set(marks).size).toBe(12)
    expect(marks).not.toContain(account)
    expect(marks).not.toContain(account.slice(-16))
  })

  test('lets a rider in at any terminal', async () => {
    const { authorised, ready, dayOf } = await openCodes()
    const { phone } = await authorised('a')
    const { codeKey } = phone
    const userPublicKey = toHex(codeKey.publicKey)
    const { credentials } = await ready(phone, [
      { userPublicKey, day: dayOf(0), slot: 0, companion: 0 },
    ])
    const credential = credentials[0]?.credential ?? ''
    expect(await verdictOf(credential, { codeKey, atS: AT / 1000 })).toBe('ok')
  })

  test('is renewed under the same numbers on the same day, so that a ride can end', async () => {
    const { authorised, batch, world } = await openCodes()
    const { phone } = await authorised('a')
    const [first, tomorrow] = await batch(phone, {}, { later: 1 })
    world.clock.set(AT + 12 * HOUR)
    const [again] = await batch(phone, {})
    expect(again?.cardAccount).toBe(first?.cardAccount)
    world.clock.set(AT + 24 * HOUR)
    const [next, old] = await batch(phone, {}, { later: -1 })
    expect([next?.cardAccount, old?.cardAccount]).toEqual([
      tomorrow?.cardAccount,
      first?.cardAccount,
    ])
  })

  test('of faulty wishes is refused whole', async () => {
    const { authorised, ready, wantedOf } = await openCodes()
    const { phone } = await authorised('a')
    const one = wantedOf({})
    const faulty: readonly unknown[] = [
      [],
      'one',
      [null],
      Array.from({ length: 17 }, () => wantedOf({})),
      [{ ...one, day: '2026-11-22' }],
      [{ ...one, day: '2026-11-18' }],
      [{ ...one, slot: 4 }],
      [{ ...one, slot: '1' }],
      [{ ...one, companion: 4 }],
      [{ ...one, companion: -1 }],
      [{ ...one, userPublicKey: '04' }],
      [one, wantedOf({})],
      [one, { ...one, slot: 1 }],
    ]
    for (const wanted of faulty) {
      await expect(ready(phone, wanted)).rejects.toThrow(refused('issuer.bad-batch'))
    }
  })

  test('is given to nobody who owes, and takes what it gave off the gates', async () => {
    const { authorised, batch, statement, issuer, denied } = await openCodes()
    const { phone, account } = await authorised('a')
    const made = await batch(phone, {}, { later: 1 })
    const numbers = made.map(({ cardAccount }) => cardAccount)
    await statement([lineOf(1, numbers[0] ?? '')])
    await issuer.collect(DAY)
    await expect(batch(phone, {})).rejects.toThrow(refused('issuer.arrears'))
    await issuer.command({ do: 'publish-deny' })
    await issuer.deliver()
    const listed = denied().at(-1) ?? []
    expect(listed.map((entry) => entry.account).toSorted()).toEqual(
      [account, ...numbers].toSorted(),
    )
    expect(new Set(listed.map(({ reason }) => reason))).toEqual(new Set(['arrears']))
    await issuer.command({ do: 'repay', account, day: DAY })
    await issuer.command({ do: 'publish-deny' })
    await issuer.deliver()
    expect(denied().at(-1)).toEqual([])
    expect(await batch(phone, {})).toHaveLength(1)
  })

  test('is frozen whole; numbers that ended need no list', async () => {
    const { authorised, batch, denied, issuer, world } = await openCodes()
    const { phone, account } = await authorised('a')
    const [old] = await batch(phone, {})
    world.clock.set(AT + 30 * HOUR)
    const [live] = await batch(phone, {})
    await phone.order({ do: 'freeze' })
    await issuer.deliver()
    const listed = (denied().at(-1) ?? []).map((entry) => entry.account)
    expect(new Set(listed)).toEqual(new Set([account, live?.cardAccount]))
    expect(listed).not.toContain(old?.cardAccount)
  })
})

describe('the issuer alone knows whose a pseudonym is', () => {
  test('rides of all of them are paid from the one contract, and trips are one list', async () => {
    const { authorised, batch, statement, issuer, world, send } = await openCodes()
    const { phone, account } = await authorised('a')
    world.bank.fund(account, 10_000)
    const made = await batch(phone, {}, { slot: 1 }, { companion: 1 })
    const numbers = made.map(({ cardAccount }) => cardAccount)
    await statement(numbers.map((number, at) => lineOf(at, number)))
    expect(await issuer.collect(DAY)).toEqual({ paid: 3, advanced: 0 })
    const rows = await issuer.read((tx) => tx.select(rides, { account }))
    expect(rows.map(({ state }) => state)).toEqual(['paid', 'paid', 'paid'])
    const charge = `${OPERATOR}-0`
    const at = AT
    const end = { at, station: 1, line: 2, terminal: '413100000001' }
    const journey = { journey: 'j1', version: 1, operator: OPERATOR, mode: 'metro', at }
    const medium = { division: '440100', medium: 'code', issuer: ISSUER, account: numbers[0] }
    const state = { state: 'charged', reason: null, entry: end, exit: end }
    const price = { amountFen: 400, parts: [], charge }
    const notice = { ...journey, ...medium, ...state, ...price }
    await send(identity(world, OPERATOR), 'order', { do: 'trip', ...notice })
    const { trips } = (await phone.look()) as unknown as {
      trips: { journey: string; settlement: string }[]
    }
    expect(trips).toHaveLength(3)
    expect(trips).toContainEqual(expect.objectContaining({ journey: 'j1', settlement: 'paid' }))
  })

  test('nothing in two days of two riders tells an operator who is who', async () => {
    const { authorised, batch, world } = await openCodes()
    const riders = [await authorised('a'), await authorised('b')]
    const days: string[][] = []
    const alike = new Set<string>()
    for (const hours of [0, 24]) {
      for (const [place, { phone }] of riders.entries()) {
        // Asked at other moments of a quarter of an hour, as phones do.
        world.clock.set(AT + hours * HOUR + place * 60_000)
        const [one] = await batch(phone, {})
        if (one === undefined) throw new TypeError('no credential')
        days.push([...marksOf(one)])
        const { issuer, platform, accountType, capFen, validityS, custom } = one
        const common = [issuer, platform, accountType, capFen, validityS, toHex(custom)]
        alike.add(JSON.stringify([...common, one.authorisationExpiryS - hours * 3600]))
      }
    }
    const marks = days.flat()
    expect(new Set(marks).size).toBe(marks.length)
    expect(alike.size).toBe(1)
  })

  test('an issuer that is rebuilt from its journal finds the same numbers', async () => {
    const world = createWorld()
    const first = await openCodes({ world })
    const { phone } = await first.authorised('a')
    const made = await first.batch(phone, {}, { later: 1 })
    await first.issuer.close()
    const again = await openCodes({ world: { ...world, repository: createMemoryRepository() } })
    const rows = await again.issuer.read((tx) => tx.select(pseudonyms, {}))
    expect(rows.map(({ number }) => number).toSorted()).toEqual(
      made.map(({ cardAccount }) => cardAccount).toSorted(),
    )
  })
})

describe('an accumulation scheme that a rider joins', () => {
  test('gives its operator a token that is the same all month, and another in the next', async () => {
    const { authorised, batch, world } = await openCodes()
    const { phone } = await authorised('a')
    expect(await phone.order({ do: 'join-scheme', operator: OPERATOR })).toEqual({
      schemes: [OPERATOR],
    })
    const tokens: unknown[] = []
    for (const days of [0, 5, 12]) {
      world.clock.set(AT + days * 24 * HOUR)
      const [one] = await batch(phone, {})
      expect(one && fieldOf(one)?.schemes[0]?.operator).toBe(OPERATOR)
      tokens.push(one && fieldOf(one)?.schemes[0]?.token)
    }
    expect(tokens[1]).toBe(tokens[0])
    expect(tokens[2]).not.toBe(tokens[0])
  })

  test('is the rider’s choice: nobody else has a token, no companion, and none after leaving', async () => {
    const { authorised, batch } = await openCodes()
    const { phone } = await authorised('a')
    const other = await authorised('b')
    await phone.order({ do: 'join-scheme', operator: OPERATOR })
    const [own, companion] = await batch(phone, {}, { companion: 1 })
    const [stranger] = await batch(other.phone, {})
    const counts = [own, companion, stranger].map((one) => one && fieldOf(one)?.schemes.length)
    expect(counts).toEqual([1, 0, 0])
    await phone.order({ do: 'leave-scheme', operator: OPERATOR })
    const [left] = await batch(phone, {})
    expect(left && fieldOf(left)?.schemes).toEqual([])
  })

  test('is one of two at most; joining twice is joining once', async () => {
    const { authorised } = await openCodes()
    const { phone } = await authorised('a')
    const join = (operator: unknown) => phone.order({ do: 'join-scheme', operator })
    await join('15215212')
    await join('15215212')
    expect(await join('15215213')).toEqual({ schemes: ['15215212', '15215213'] })
    await expect(join('15215214')).rejects.toThrow(refused('issuer.too-many-schemes'))
    await expect(join('Metro')).rejects.toThrow(refused('message.malformed'))
  })
})

describe('companions', () => {
  test('have credentials that say so, and the rider’s tells how many there may be', async () => {
    const { authorised, batch } = await openCodes()
    const [own, companion] = await batch((await authorised('a')).phone, {}, { companion: 1 })
    expect(own && fieldOf(own)).toMatchObject({ companions: 3 })
    expect(own && fieldOf(own)).not.toHaveProperty('companion')
    expect(companion && fieldOf(companion)).toMatchObject({ companions: 0, companion: true })
  })
})

describe('risk classes', () => {
  const opened = () => openCodes({ riskTerms: RISK_TERMS })

  test('a new rider has 2 hours and 10 yuan, also on the account itself', async () => {
    const { authorised, ready, wantedOf, world } = await opened()
    world.clock.set(AT + 60_000)
    const { phone } = await authorised('a')
    const answer = await ready(phone, [wantedOf({})])
    expect(answer).toMatchObject({ riskClass: 'new', untilS: AT / 1000 + 7_200 })
    const [one] = answer.credentials.map(({ credential }) => parseCredential(fromHex(credential)))
    expect(one).toMatchObject({ capFen: 1_000 })
    expect(one && fieldOf(one)).toMatchObject({ riskClass: 'new', companions: 1 })
    const { credential, untilS } = await phone.ready()
    expect(untilS).toBe(AT / 1000 + 60 + 7_200)
    const own = parseCredential(fromHex(credential))
    expect(own).toMatchObject({ capFen: 1_000 })
    expect(fieldOf(own)).toMatchObject({ riskClass: 'new' })
  })

  test('ten paid rides make it 24 hours and the network’s maximum; nine do not', async () => {
    const { authorised, ready, wantedOf, batch, statement, issuer, world } = await opened()
    const { phone, account } = await authorised('a')
    world.bank.fund(account, 100_000)
    const [one] = await batch(phone, {})
    const classAfter = async (charges: readonly number[], part: number) => {
      await statement(
        charges.map((charge) => lineOf(charge, one?.cardAccount ?? '')),
        { part, parts: part + 1 },
      )
      await issuer.collect(DAY)
      return ready(phone, [wantedOf({})])
    }
    const nine = await classAfter([1, 2, 3, 4, 5, 6, 7, 8, 9], 0)
    expect(nine.riskClass).toBe('new')
    expect(await classAfter([10], 1)).toMatchObject({
      riskClass: 'standard',
      untilS: AT / 1000 + 86_400,
      companionsMax: 5,
    })
  })
})

test('keys rotate with overlap, and a stolen one is refused at once', async () => {
  const world = createWorld()
  const before = await openCodes({ world })
  const { phone } = await before.authorised('a')
  const old = (await phone.ready()).credential
  await before.issuer.close()
  const after = await openCodes({ world, keyVersion: 2 })
  const atS = AT / 1000
  const { codeKey } = phone
  const fresh = (await after.rider('a').ready()).credential
  const verdicts = (entry: { revokedSerials?: readonly number[]; minSerial?: number }) =>
    Promise.all([old, fresh].map((one) => verdictOf(one, { codeKey, atS, entry })))
  expect(await verdicts({})).toEqual(['ok', 'ok'])
  expect(await verdicts({ revokedSerials: [1] })).toEqual(['code.certificate-revoked', 'ok'])
  expect(await verdicts({ minSerial: 2 })).toEqual(['code.certificate-revoked', 'ok'])
  expect(await verdicts({ revokedSerials: [2] })).toEqual(['ok', 'code.certificate-revoked'])
})
