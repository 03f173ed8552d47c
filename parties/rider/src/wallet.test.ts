import { toHex } from '@unifare/core'
import { sm2KeyPair } from '@unifare/crypto'
import { verifyCode } from '@unifare/ridecode'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { WalletState } from './index.ts'
import { ACCOUNT, AT, createWorld, engine } from './wallet.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const AGREEMENT = { channel: 'simulated', limitFen: 5_000, sources: ['balance'] }
const HOUR = 3_600_000
const throughJson = (state: WalletState) => JSON.parse(JSON.stringify(state)) as WalletState

async function openReady() {
  const world = await createWorld()
  const wallet = world.wallet()
  await wallet.open()
  await wallet.authorise(AGREEMENT)
  await wallet.renew()
  const keys = await world.keys()
  const verify = (bytes: Uint8Array) =>
    verifyCode({ bytes, atS: Math.floor(world.clock.now() / 1000), keys, engine })
  const generatedAt = (bytes: Uint8Array) => {
    const verdict = verify(bytes)
    return verdict.ok ? verdict.identity.generationTimeS : verdict.code
  }
  return { ...world, open: wallet, verify, generatedAt }
}

describe('a wallet', () => {
  test('opens the service in three steps and then makes codes that terminals accept', async () => {
    const { asked, open, verify } = await openReady()
    expect(asked.map((order) => order['do'])).toEqual(['open', 'authorise', 'ready'])
    expect(asked[1]).toMatchObject(AGREEMENT)
    expect(asked.flatMap(Object.keys)).not.toContain('city')
    expect(open.state()).toMatchObject({ account: ACCOUNT, credentialUntilS: AT / 1000 + 86_400 })
    expect(verify(open.makeCode())).toMatchObject({
      ok: true,
      identity: { account: ACCOUNT, generationTimeS: AT / 1000 },
    })
  })

  test('never sends its private keys', async () => {
    const { asked, open } = await openReady()
    await open.look()
    await open.withdraw()
    const sent = JSON.stringify(asked)
    const { linkKey, codeKey } = open.state()
    for (const { privateKey } of [linkKey, codeKey]) expect(sent).not.toContain(privateKey)
  })

  test('asks its issuer to link a card with its codes at an operator, and to end that', async () => {
    const { asked, open } = await openReady()
    const operator = '17917912'
    const card = '3190000100000000017'
    await open.linkCard(operator, card)
    await open.unlinkCard(operator)
    expect(asked.slice(-2)).toMatchObject([
      { do: 'link-card', operator, card },
      { do: 'unlink-card', operator },
    ])
  })

  test('makes an order a new one every time, so that a wish may come again', async () => {
    const { asked, open } = await openReady()
    await open.authorise(AGREEMENT)
    await open.authorise(AGREEMENT)
    await open.open()
    const nonces = asked.map((order) => order['nonce'])
    expect(new Set(nonces).size).toBe(nonces.length)
  })

  test('needs a credential before its first code', async () => {
    const wallet = (await createWorld()).wallet()
    expect([wallet.ready(), wallet.shouldRenew()]).toEqual([false, true])
    expect(() => wallet.makeCode()).toThrow(refused('wallet.no-credential'))
  })

  test('gives its credential up with the contract', async () => {
    const { open } = await openReady()
    await open.withdraw()
    expect(open.ready()).toBe(false)
    expect(() => open.makeCode()).toThrow(refused('wallet.no-credential'))
  })
})

describe('without network', () => {
  test('it makes codes until its credential ends, and not a second longer', async () => {
    const { open, mood, clock, verify } = await openReady()
    mood.online = false
    for (const hours of [0, 6, 23]) {
      clock.set(AT + hours * HOUR)
      expect(verify(open.makeCode())).toMatchObject({ ok: true })
    }
    clock.set(AT + 24 * HOUR - 1_000)
    expect(verify(open.makeCode())).toMatchObject({ ok: true })
    clock.set(AT + 24 * HOUR)
    expect(open.ready()).toBe(false)
    expect(() => open.makeCode()).toThrow(refused('wallet.no-credential'))
  })

  test('a renewal that fails leaves what it has', async () => {
    const { open, mood, clock } = await openReady()
    const before = open.state()
    mood.online = false
    await expect(open.renew()).rejects.toThrow(refused('link.unreachable'))
    mood.online = true
    mood.arrears = true
    clock.set(AT + HOUR)
    await expect(open.renew()).rejects.toThrow(refused('issuer.arrears'))
    expect(open.state()).toEqual(before)
    expect(open.makeCode()).toHaveLength(332)
  })
})

describe('renewal', () => {
  test('is due in the last hour, before the end', async () => {
    const { open, clock } = await openReady()
    expect(open.shouldRenew()).toBe(false)
    clock.set(AT + 23 * HOUR)
    expect(open.shouldRenew()).toBe(false)
    clock.set(AT + 23 * HOUR + 1_000)
    expect([open.shouldRenew(), open.ready()]).toEqual([true, true])
    await open.renew()
    expect(open.shouldRenew()).toBe(false)
    expect(open.state().credentialUntilS).toBe((AT + 47 * HOUR) / 1000 + 1)
  })

  test('takes no credential that was made for another key', async () => {
    const { open, mood } = await openReady()
    const before = open.state()
    mood.foreignKey = toHex(sm2KeyPair((length) => new Uint8Array(length).fill(9)).publicKey)
    await expect(open.renew()).rejects.toThrow(refused('wallet.foreign-credential'))
    expect(open.state()).toEqual(before)
  })
})

test('a credential is taken for the account that was opened, for no other', async () => {
  const wallet = (await createWorld()).wallet()
  await expect(wallet.renew()).rejects.toThrow(refused('wallet.foreign-credential'))
  expect(wallet.ready()).toBe(false)
})

describe('two codes of one second', () => {
  test('are never made, whatever the clock does and however often the wallet restarts', async () => {
    const { wallet, open, clock, generatedAt } = await openReady()
    const start = throughJson(open.state())
    const step = fc.record({ seconds: fc.integer({ min: -5, max: 30 }), restart: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        clock.set(AT)
        let phone = wallet({ state: start })
        const seconds: unknown[] = []
        for (const { seconds: pause, restart } of steps) {
          clock.set(Math.max(AT, clock.now() + pause * 1000))
          if (restart) phone = wallet({ state: throughJson(phone.state()) })
          try {
            seconds.push(generatedAt(phone.makeCode()))
          } catch (error) {
            expect(error).toEqual(refused('wallet.clock-behind'))
          }
        }
        expect(new Set(seconds).size).toBe(seconds.length)
        expect(seconds.every((second) => typeof second === 'number')).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  test('a code for a companion follows at once; a clock far behind gives none', async () => {
    const { open, clock, generatedAt } = await openReady()
    const codes = [open.makeCode(), open.makeCode(), open.makeCode()]
    expect(codes.map(generatedAt)).toEqual([0, 1, 2].map((later) => AT / 1000 + later))
    clock.set(AT + HOUR)
    open.makeCode()
    clock.set(AT + HOUR / 2)
    expect(() => open.makeCode()).toThrow(refused('wallet.clock-behind'))
  })
})

describe('the state of a wallet', () => {
  test('survives JSON: the same account, keys and credential', async () => {
    const { wallet, open, clock, verify } = await openReady()
    const again = wallet({ seed: 'other random', state: throughJson(open.state()) })
    expect(again.state()).toEqual(open.state())
    await clock.advance(5_000)
    expect(verify(again.makeCode())).toMatchObject({ ok: true, identity: { account: ACCOUNT } })
    await again.renew()
    expect(await again.look()).toMatchObject({ account: ACCOUNT })
  })

  test('belongs to one issuer', async () => {
    const { wallet, open } = await openReady()
    expect(() => wallet({ state: open.state(), issuer: '01011000' })).toThrow(TypeError)
  })
})

describe('keys', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test('come from the random source handed in and from nowhere else', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    vi.spyOn(Date, 'now').mockReturnValue(0)
    const { wallet } = await createWorld()
    const keysOf = (seed: string) => {
      const { linkKey, codeKey } = wallet({ seed }).state()
      return [linkKey.privateKey, codeKey.privateKey, linkKey.publicKey, codeKey.publicKey]
    }
    const all = ['a', 'b', 'c'].flatMap(keysOf)
    expect(new Set(all).size).toBe(12)
    expect(keysOf('a')).toEqual(all.slice(0, 4))
    expect(Math.random).not.toHaveBeenCalled()
  })
})
