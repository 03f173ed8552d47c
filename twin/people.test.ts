import { createSeededRandom, fromUtf8 } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import {
  createRiderAccount,
  freezeFromAnywhere,
  newSecret,
  readRiderNews,
  unfreezeFromAnywhere,
} from '@unifare/rider'
import { parseMessage } from '@unifare/tap'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BEIJING, openPhoneNetwork } from './phone-card.fixture.ts'
import { createNetworkKeys } from './src/index.ts'

/** A rider without a name: prepaid, a phone that is lost, a browser that freezes, a new phone. */
type World = Awaited<ReturnType<typeof openPhoneNetwork>>

const SEED = 'people'
const BY = { channel: 'simulated', sources: ['balance'] }
const sent: string[] = []
const seeded = createSeededRandom('the secret')
const secret = newSecret((length) => seeded.bytes(length))
let world: World
let issuerKey: Uint8Array
let account = ''

beforeAll(async () => {
  world = await openPhoneNetwork(SEED)
  const { plan } = world
  const keys = createNetworkKeys({ seed: SEED, centre: plan.centre.id, engine: nodeEngine() })
  issuerKey = keys.link.publicKey(BEIJING)
})
afterAll(() => world.close())

/** A phone with its account desk; everything it sends is written down. */
function phoneOf(name: string) {
  const { wallet } = world.phone(name)
  return { wallet, desk: createRiderAccount({ ...talk(name), linkKey: wallet.state().linkKey }) }
}

function talk(name: string) {
  const random = createSeededRandom(`${name} talks`)
  return {
    issuer: BEIJING,
    issuerKey,
    link: {
      send(receiver: string, message: Uint8Array) {
        sent.push(fromUtf8(parseMessage(message).body))
        return world.ports.riderLink.send(receiver, message)
      },
    },
    engine: nodeEngine(),
    random: (length: number) => random.bytes(length),
    now: () => world.clock.now(),
  }
}

describe('a rider without a name', () => {
  it('opens an account with a secret, pays in, and has codes', async () => {
    const { wallet, desk } = phoneOf('lost phone')
    const opened = await desk.openAnonymous(secret)
    ;({ account } = opened)
    expect(await desk.openAnonymous(secret)).toEqual(opened)
    await wallet.open()
    await expect(wallet.renew()).rejects.toMatchObject({ code: 'issuer.prepaid-low' })
    world.issuers.get(BEIJING)?.bank.fund(account, 5_000)
    const order = { order: 'first-top-up', kind: 'top-up', state: 'REQUESTED', amountFen: 3_000 }
    expect(await desk.topUp('first-top-up', 3_000, BY)).toEqual(order)
    expect(await world.issuer.payRiders()).toEqual({ decided: 1, waiting: 0 })
    await wallet.renew()
    expect(wallet.makeCode().length).toBeGreaterThan(300)
    expect(readRiderNews(await wallet.look())).toMatchObject({
      account,
      class: 'anonymous',
      signInName: account,
      standing: { ok: true },
      prepaid: { balanceFen: 3_000, reservedFen: 1_000, freeFen: 2_000 },
      trips: [],
    })
  })

  it('is frozen from any browser, with the time to refusal and the largest loss', async () => {
    const wrong = await freezeFromAnywhere(talk('browser'), { name: account, secret: 'WRONG' })
    expect(wrong).toMatchObject({ ok: false, code: 'issuer.wrong-sign-in', left: 4 })
    const frozen = await freezeFromAnywhere(talk('another browser'), { name: account, secret })
    expect(frozen).toMatchObject({ ok: true, account, lossFenMax: 3_000 })
  })

  it('has a new phone that takes over; the lost one can do nothing any more', async () => {
    const lost = phoneOf('lost phone')
    const { wallet, desk } = phoneOf('new phone')
    const signIn = { name: account, secret }
    expect(await desk.takeOver(signIn)).toMatchObject({ ok: true, account, frozen: true })
    await wallet.open()
    expect(wallet.state().account).toBe(account)
    await expect(wallet.renew()).rejects.toMatchObject({ code: 'issuer.frozen' })
    expect(await unfreezeFromAnywhere(talk('a friend'), signIn)).toMatchObject({ state: 'live' })
    await wallet.renew()
    expect(wallet.ready()).toBe(true)
    const ended = { code: 'issuer.key-ended' }
    await expect(lost.wallet.renew()).rejects.toMatchObject(ended)
    await expect(lost.wallet.look()).rejects.toMatchObject(ended)
    await expect(lost.desk.freeze()).rejects.toMatchObject(ended)
    const refund = await desk.refund('some-money-back', 2_000)
    expect(refund).toMatchObject({ kind: 'refund', state: 'REQUESTED' })
  })

  it('can have a name and another secret, which never leave the phone', async () => {
    const { wallet, desk } = phoneOf('registered phone')
    await wallet.open()
    await wallet.authorise({ ...BY, limitFen: 5_000 })
    const first = { name: 'li.hua', secret }
    const next = { name: 'li.hua', secret: 'another one' }
    expect(await desk.signUp(first)).toMatchObject({ ok: true })
    expect(await desk.signUp(next, { ...first, secret: 'wrong' })).toMatchObject({ ok: false })
    expect(await desk.signUp(next, first)).toMatchObject({ ok: true })
    expect(await freezeFromAnywhere(talk('old news'), first)).toMatchObject({ ok: false })
    expect(readRiderNews(await wallet.look()).signInName).toBe('li.hua')
    await expect(desk.repay('repay-nothing')).rejects.toMatchObject({ code: 'issuer.no-debt' })
    await expect(desk.gateDidNotOpen('1-1')).rejects.toMatchObject({ code: 'issuer.no-trip' })
    expect(sent.join()).not.toContain(secret)
    expect(sent.join()).not.toContain('another one')
  })
})
