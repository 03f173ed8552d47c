import { createMemoryRepository, fromHex, type Tx } from '@unifare/core'
import { balances, entriesOfDay, trialBalance } from '@unifare/ledger'
import { makeCode, parseCredential, verifyCode } from '@unifare/ridecode'
import { describe, expect, test } from 'vitest'
import { accounts, cards, denials, rides, statements } from './index.ts'
import {
  AT,
  CENTRE,
  CONTRACT,
  createWorld,
  DAY,
  engine,
  HOUR,
  IIN,
  identity,
  lineOf,
  openEnrolled,
  openTestIssuer,
  terminalKeys,
} from './issuer.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })

/** A rider with a credential. */
async function openReady(name = 'rider', opened?: Awaited<ReturnType<typeof openEnrolled>>) {
  const here = opened ?? (await openEnrolled())
  const rider = here.rider(name)
  const { account } = await rider.open()
  await rider.authorise()
  await rider.ready()
  return { ...here, phone: rider, account }
}

describe('opening the service', () => {
  test('three steps, and no city is chosen', async () => {
    const { rider } = await openEnrolled()
    const phone = rider('a')
    const opened = await phone.open()
    expect(opened).toEqual({ account: expect.stringMatching(/^31900007\d{11}$/), state: 'opened' })
    expect(await phone.authorise()).toEqual({ account: opened.account, state: 'authorised' })
    const ready = await phone.ready()
    expect(ready).toMatchObject({ account: opened.account, untilS: (AT + 24 * HOUR) / 1000 })
    expect(await phone.look()).toMatchObject({
      at: AT,
      account: opened.account,
      state: 'ready',
      contract: { ...CONTRACT, agreedAt: AT },
      debtFen: 0,
      rides: [],
    })
  })

  test('gives a credential with which terminals anywhere let the rider in', async () => {
    const { phone } = await openReady()
    const { credential } = await phone.ready()
    const generationTimeS = AT / 1000
    const bytes = makeCode({
      credential: parseCredential(fromHex(credential)),
      generationTimeS,
      sign: (message, id) =>
        engine.sm2Sign({ ...phone.codeKey, id, message, random: (n) => new Uint8Array(n).fill(7) }),
    })
    expect(
      verifyCode({ bytes, atS: generationTimeS + 5, keys: await terminalKeys(), engine }),
    ).toMatchObject({ ok: true })
  })

  test('twice gives the same account, to every key its own', async () => {
    const { rider } = await openEnrolled()
    const [a, b] = [rider('a'), rider('b')]
    const first = await a.open()
    expect((await a.open()).account).toBe(first.account)
    expect((await b.open()).account).not.toBe(first.account)
    await a.authorise()
    expect(await a.open()).toEqual({ account: first.account, state: 'authorised' })
  })

  test('a credential needs an account, its contract, and the certificate of the issuer', async () => {
    const { rider, issuer } = await openTestIssuer()
    const phone = rider('a')
    await expect(phone.ready()).rejects.toThrow(refused('issuer.no-account'))
    await expect(phone.look()).rejects.toThrow(refused('issuer.no-account'))
    await phone.open()
    await expect(phone.ready()).rejects.toThrow(refused('issuer.not-authorised'))
    await phone.authorise()
    await expect(phone.ready()).rejects.toThrow(refused('issuer.no-certificate'))
    await issuer.enrol('1230')
    expect(await phone.ready()).toMatchObject({ untilS: (AT + 24 * HOUR) / 1000 })
  })

  test.each([
    { channel: 'nobody' },
    { channel: '' },
    { limitFen: 0 },
    { limitFen: '5000' },
    { sources: [] },
    { sources: ['no such source!'] },
    { sources: [{}] },
    { sources: Array.from({ length: 9 }, () => 'balance') },
  ])('a contract names a known channel, a limit and sources: not %j', async (change) => {
    const { rider } = await openEnrolled()
    const phone = rider('a')
    await phone.open()
    await expect(phone.authorise(change)).rejects.toThrow(refused('issuer.bad-contract'))
    expect((await phone.look()).contract).toBeNull()
  })

  test('a contract can be changed, back and forth', async () => {
    const { phone } = await openReady()
    for (const limitFen of [100, 200, 100]) {
      await phone.authorise({ limitFen })
      expect((await phone.look()).contract).toMatchObject({ limitFen })
    }
  })

  test.each(['00', 'not hexadecimal', ''])(
    'a key that is none is refused: %j',
    async (userPublicKey) => {
      const { phone } = await openReady()
      await expect(phone.order({ do: 'ready', userPublicKey })).rejects.toThrow(/field|hex|key/)
      await phone.ready()
    },
  )
})

describe('who may say what', () => {
  test('only riders open accounts, only staff gives orders to the house', async () => {
    const { world, send, phone } = await openReady()
    const centre = identity(world, CENTRE)
    await expect(send(centre, 'order', { do: 'open' })).rejects.toThrow(refused('message.refused'))
    const house = ['publish-deny', 'collected', 'collect-prepaid', 'money-decided', 'issue-cards']
    for (const order of [...house, 'trip', 'nonsense']) {
      await expect(phone.order({ do: order })).rejects.toThrow(refused('message.refused'))
    }
    await expect(send(phone.self, 'statement', {})).rejects.toThrow(refused('message.refused'))
    await expect(send(centre, 'bundle', {})).rejects.toThrow(refused('message.refused'))
  })
})

describe('numbers', () => {
  test('of cards never meet those of code accounts', async () => {
    const { issuer, account } = await openReady()
    const issue = (number: string, loadedFen = 1_000) =>
      issuer.command({ do: 'issue-cards', day: DAY, cards: [{ number, loadedFen }] })
    await expect(issue(account)).rejects.toThrow(refused('issuer.code-number'))
    await expect(issue(`${IIN}99999999990`)).rejects.toThrow(refused('issuer.code-number'))
    await expect(issue(`31900001${'0'.repeat(11)}`)).rejects.toThrow(refused('issuer.code-number'))
    await expect(issue('12')).rejects.toThrow(refused('message.malformed'))
    await expect(issue(`${IIN}00000000017`, -1)).rejects.toThrow(refused('message.malformed'))
    expect(await issue(`${IIN}00000000017`)).toEqual({ cards: 1, loadedFen: 1_000 })
    expect(await issue(`${IIN}00000000017`)).toEqual({ cards: 0, loadedFen: 0 })
  })

  test('a card that is named twice in an order is issued once', async () => {
    const { issuer } = await openTestIssuer()
    const card = { number: `${IIN}00000000017`, loadedFen: 700 }
    const order = { do: 'issue-cards', day: DAY, cards: [card, card] }
    expect(await issuer.command(order)).toEqual({ cards: 1, loadedFen: 700 })
  })
})

describe('deny entries of staff', () => {
  const entry = {
    medium: 'card',
    issuer: '07917910',
    account: '3190000700000000017',
    reason: 'fraud',
    since: AT,
  }

  test('stand on every list until they are released', async () => {
    const { issuer, denied } = await openTestIssuer()
    await issuer.command({ do: 'publish-deny', entries: [entry] })
    await issuer.command({ do: 'publish-deny' })
    await issuer.command({ do: 'publish-deny', release: [`card/${entry.account}`] })
    await issuer.deliver()
    expect(denied()).toEqual([[entry], [entry], []])
  })

  test.each([
    [{ entries: [{ ...entry, issuer: '01011000' }] }, 'bundle.wrong-publisher'],
    [{ entries: [{ ...entry, account: 'x' }] }, 'bundle.malformed'],
    [{ entries: 5 }, 'bundle.malformed'],
    [{ release: 5 }, 'message.malformed'],
  ])('are read before they are signed: %j', async (order, code) => {
    const { issuer } = await openTestIssuer()
    await expect(issuer.command({ do: 'publish-deny', ...order })).rejects.toThrow(refused(code))
  })
})

test('everything is rebuilt from the journal', async () => {
  const world = createWorld()
  const { issuer, statement, account } = await openReady('a', await openEnrolled(world))
  await issuer.command({
    do: 'issue-cards',
    day: DAY,
    cards: [{ number: `${IIN}00000000017`, loadedFen: 5_000 }],
  })
  await statement([lineOf(1, account), lineOf(2, `${IIN}00000000017`, { medium: 'card' })])
  await issuer.collect(DAY)
  await issuer.command({ do: 'publish-deny' })
  const all = async (tx: Tx) => [
    await tx.select(accounts, {}),
    await tx.select(cards, {}),
    await tx.select(rides, {}),
    await tx.select(denials, {}),
    await tx.select(statements, {}),
    await entriesOfDay(tx, DAY),
    trialBalance(await balances(tx)),
  ]
  const before = await issuer.read(all)
  const again = await openTestIssuer({ ...world, repository: createMemoryRepository() })
  expect(await again.issuer.read(all)).toEqual(before)
})
