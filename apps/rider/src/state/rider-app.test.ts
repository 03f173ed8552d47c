import { utf8 } from '@unifare/core'
import { pureEngine, sha256 } from '@unifare/crypto'
import { parseCode } from '@unifare/ridecode'
import { createWallet } from '@unifare/rider'
import { describe, expect, it } from 'vitest'
import { faultText } from '../i18n/fault-texts.ts'
import { ACCOUNT, AT, createMemoryVault, createWorld } from './world.fixture.ts'

/** A page with an open account. */
async function opened() {
  const world = await createWorld()
  const vault = createMemoryVault()
  const page = world.page(vault)
  await page.load()
  await page.start()
  return { world, vault, page }
}

describe('the first start', () => {
  it('is one order: account, agreement, credential', async () => {
    const { world, page } = await opened()
    expect(page.state()).toMatchObject({ phase: 'open', connected: true, fault: null })
    expect(page.state().news?.account).toBe(ACCOUNT)
    expect(world.asked).toEqual(['open', 'authorise', 'ready', 'look'])
  })

  it('keeps the keys before anybody hears of them', async () => {
    const world = await createWorld()
    const vault = createMemoryVault()
    const page = world.page(vault)
    await page.load()
    world.mood.refuse['open'] = 'issuer.no-certificate'
    await page.start()
    expect(page.state()).toMatchObject({ phase: 'new', fault: 'issuer.no-certificate' })
    expect(vault.writes).toContain('wallet')
    world.mood.refuse = {}
    const again = world.page(vault)
    await again.load()
    const key = again.state().port?.riderId
    await again.start()
    expect(again.state()).toMatchObject({ phase: 'open', fault: null })
    expect([page.state().port?.riderId, again.state().port?.riderId]).toEqual([key, key])
  })

  it('waits without network, and says so', async () => {
    const world = await createWorld()
    world.mood.online = false
    const page = world.page(createMemoryVault())
    await page.load()
    await page.start()
    expect(page.state()).toMatchObject({
      phase: 'new',
      connected: false,
      fault: 'link.unreachable',
    })
  })
})

describe('without network', () => {
  it('the page opens on a code, by the time of the network', async () => {
    const { world, vault } = await opened()
    world.mood.online = false
    world.mood.at += 3_600_000
    const page = world.page(vault)
    await page.load()
    expect(page.state()).toMatchObject({ phase: 'open', connected: null })
    expect(page.now()).toBe(world.mood.at)
    const code = parseCode(page.state().port?.wallet.makeCode() ?? new Uint8Array(0))
    const generationTimeS = world.mood.at / 1000
    expect(code).toMatchObject({ ok: true, code: { generationTimeS } })
  })

  it('it tells how old its news is, and keeps it', async () => {
    const { world, vault } = await opened()
    world.mood.online = false
    world.mood.at += 3_600_000
    const page = world.page(vault)
    await page.load()
    await page.sync()
    expect(page.state()).toMatchObject({ connected: false, fault: 'link.unreachable' })
    expect(page.state().news?.at).toBe(AT)
  })

  it('shown codes are remembered over a restart', async () => {
    const { world, vault, page } = await opened()
    page.noteShown(page.now())
    const again = world.page(vault)
    await again.load()
    expect(again.state().showings).toEqual([{ from: AT, to: AT }])
  })
})

describe('back in the network', () => {
  it('the credential is renewed when its end is near, and kept', async () => {
    const { world, page } = await opened()
    await page.sync()
    expect(world.asked.filter((name) => name === 'ready')).toHaveLength(1)
    world.mood.at += 23.5 * 3_600_000
    await page.sync()
    expect(world.asked.filter((name) => name === 'ready')).toHaveLength(2)
    expect(page.state().port?.wallet.ready()).toBe(true)
  })

  it('a refused renewal is told with its reason, and the news comes all the same', async () => {
    const { world, page } = await opened()
    world.mood.at += 23.5 * 3_600_000
    world.mood.refuse['ready'] = 'issuer.arrears'
    await page.sync()
    expect(page.state()).toMatchObject({ phase: 'open', fault: 'issuer.arrears', connected: true })
    expect(page.state().news?.at).toBe(world.mood.at)
  })

  it('the issuer is who it was: another key in a later list changes nothing', async () => {
    const { world, vault } = await opened()
    world.mood.key = sha256(utf8('somebody else'))
    const page = world.page(vault)
    await page.load()
    await page.sync()
    expect(page.state().fault).toBeNull()
  })
})

describe('an order', () => {
  it('that is refused says why and changes nothing', async () => {
    const { world, page } = await opened()
    world.mood.refuse['withdraw'] = 'issuer.open-rides'
    expect(await page.leave()).toBe(false)
    expect(page.state()).toMatchObject({ phase: 'open', fault: 'issuer.open-rides' })
  })

  it('of an issuer that knows the account no more leaves one way: to start over', async () => {
    const { world, vault, page } = await opened()
    const before = page.state().port?.riderId
    world.mood.refuse['look'] = 'issuer.no-account'
    await page.sync()
    expect(page.state()).toMatchObject({ phase: 'open', fault: 'issuer.no-account' })
    await page.forget()
    expect(await vault.read('wallet')).toBeUndefined()
    world.mood.refuse = {}
    await page.start()
    expect(page.state()).toMatchObject({ phase: 'open', fault: null })
    expect(page.state().port?.riderId).not.toBe(before)
  })

  it('to leave forgets the account and its keys', async () => {
    const { world, vault, page } = await opened()
    expect(await page.leave()).toBe(true)
    expect(page.state()).toMatchObject({ phase: 'new', port: null })
    const again = world.page(vault)
    await again.load()
    expect(again.state().phase).toBe('new')
  })
})

describe('another tab', () => {
  it('takes the wallet: this one makes no more codes', async () => {
    const { page } = await opened()
    page.standBack()
    expect(page.state()).toMatchObject({ phase: 'elsewhere', port: null })
    expect(await page.order((port) => port.repay())).toEqual({ ok: false })
  })

  it('keeps what it knows: a renewal under way here writes nothing over it any more', async () => {
    const { world, vault, page } = await opened()
    const renewals = () => world.asked.filter((name) => name === 'ready').length
    world.mood.at += 23.5 * 3_600_000
    const syncing = page.sync()
    for (let turns = 0; renewals() < 2 && turns < 10_000; turns++) await Promise.resolve()
    expect(renewals()).toBe(2)
    const before = await vault.read('wallet')
    page.standBack()
    await syncing
    expect(await vault.read('wallet')).toEqual(before)
  })
})

describe('a device that writes slowly', () => {
  it('has the newest state in the end, whichever write was quicker', async () => {
    const world = await createWorld()
    const vault = createMemoryVault()
    const waits = [20, 0]
    const page = world.page({
      ...vault,
      async write(name, value) {
        await new Promise((resolve) => setTimeout(resolve, waits.shift() ?? 0))
        await vault.write(name, value)
      },
    })
    const state = createWallet({
      issuer: '07917910',
      issuerKey: new Uint8Array(32),
      link: { send: async (_, bytes) => bytes },
      engine: pureEngine,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      now: () => AT,
    }).state()
    await Promise.all([1, 2].map((lastCodeS) => page.keep({ ...state, lastCodeS })))
    expect(await vault.read('wallet')).toMatchObject({ lastCodeS: 2 })
  })
})

describe('the station of a trip that lost an end', () => {
  it('goes to the issuer, and the news come at once; a refusal has words', async () => {
    const { world, page } = await opened()
    const state = () => page.order((port) => port.stateStation('a', { line: 1, station: 7 }))
    expect(await state()).toMatchObject({ ok: true })
    expect(world.asked.slice(-2)).toEqual(['state-station', 'look'])
    world.mood.refuse['state-station'] = 'issuer.no-statement'
    expect(await state()).toEqual({ ok: false })
    expect(page.state().fault).toBe('issuer.no-statement')
    expect(faultText('issuer.no-statement').zh).toContain('补登')
  })
})
