import { bundleBytes, deltaOf, fitAnswer, type PieceRequest, pieceOf } from '@unifare/bundle'
import { createMemoryStorage } from '@unifare/core'
import { tariffs } from '@unifare/fares'
import { describe, expect, it } from 'vitest'
import { NUMBER, newCard, VISITOR } from './cards.fixture.ts'
import { codeFixture } from './code.fixture.ts'
import { heldVersions, NO_LISTS, takeBundle } from './lists.ts'
import {
  AT,
  bundle,
  bundles,
  CENTRE,
  CONFIG,
  LOCAL,
  listsOf,
  OPERATOR,
  openBench,
  TRUST,
  tap,
} from './terminal.fixture.ts'

const options = { at: AT, trust: TRUST, config: CONFIG }
const HELD = {
  [`acceptance/${CENTRE}`]: 1,
  [`issuer-keys/${CENTRE}`]: 1,
  [`deny/${CENTRE}`]: 1,
  [`tariffs/${OPERATOR}`]: 1,
}

describe('a list of a terminal', () => {
  it('is taken over from who may publish it', async () => {
    const lists = await listsOf(CONFIG)
    expect(heldVersions(lists)).toEqual(HELD)
    const deny = await bundles([`card/${VISITOR}/${NUMBER}`], { version: 2 })
    const newer = takeBundle(lists, deny[2], options)
    expect(newer.denied).toEqual(new Set([`card/${VISITOR}/${NUMBER}`]))
    expect(heldVersions(newer)).toEqual({ ...HELD, [`deny/${CENTRE}`]: 2 })
  })

  it('comes again without effect', async () => {
    const lists = await listsOf(CONFIG)
    const again = (await bundles())[2]
    expect(takeBundle(lists, again, options)).toBe(lists)
  })

  it.each([
    ['acceptance', { rows: [{ operator: OPERATOR }] }, 'bundle.malformed'],
    ['acceptance', null, 'bundle.malformed'],
    ['issuer-keys', { roots: 'none', issuers: [] }, 'code.bad-issuer-keys'],
    ['deny', { entries: [{ medium: 'card' }] }, 'bundle.malformed'],
    ['tariffs', null, 'fares.bad-list'],
    ['tariffs', { tariffs: [{}], networks: [] }, 'fares.bad-tariff'],
  ] as const)(
    '%s that cannot be read whole leaves the last good one',
    async (kind, content, code) => {
      const lists = await listsOf(CONFIG)
      const bad = await bundle(kind, content, { version: 2 })
      expect(() => takeBundle(lists, bad, options)).toThrow(expect.objectContaining({ code }))
      expect(heldVersions(lists)).toEqual(HELD)
    },
  )

  it('of a lower version is refused', async () => {
    const lists = await listsOf(CONFIG, await bundles([], { version: 3 }))
    const older = await bundle('deny', { entries: [] }, { version: 2 })
    expect(() => takeBundle(lists, older, options)).toThrow(
      expect.objectContaining({ code: 'bundle.older' }),
    )
  })

  it.each([
    ['tariffs of the centre', 'tariffs', CENTRE],
    ['acceptance of the operator', 'acceptance', OPERATOR],
    ['issuer keys of the operator', 'issuer-keys', OPERATOR],
    ['deny entries of the operator', 'deny', OPERATOR],
  ] as const)('%s are refused', async (_, kind, publisher) => {
    const content = (await bundles()).find((one) => one.kind === kind)?.content
    const wrong = await bundle(kind, content, { publisher })
    expect(() => takeBundle(NO_LISTS, wrong, options)).toThrow(
      expect.objectContaining({ code: 'bundle.wrong-publisher' }),
    )
  })

  it("of the operator's, with fares of another one, is refused", async () => {
    const content = { tariffs: [tariffs().find(({ id }) => id === 'beijing-bus')], networks: [] }
    const foreign = await bundle('tariffs', content)
    expect(() => takeBundle(NO_LISTS, foreign, options)).toThrow(
      expect.objectContaining({ code: 'fares.wrong-publisher' }),
    )
  })

  it('that a stranger signed is refused', async () => {
    const content = { entries: [] }
    const foreign = await bundle('deny', content, { publisher: 'stranger' })
    expect(() => takeBundle(NO_LISTS, { ...foreign, publisher: CENTRE }, options)).toThrow(
      expect.objectContaining({ code: 'bundle.bad-hash' }),
    )
    const good = await bundle('deny', content)
    expect(() => takeBundle(NO_LISTS, { ...good, signature: foreign.signature }, options)).toThrow(
      expect.objectContaining({ code: 'bundle.bad-signature' }),
    )
  })

  it('with one letter changed is refused', async () => {
    const deny = (await bundles([`card/${VISITOR}/${NUMBER}`]))[2]
    const text = JSON.stringify(deny)
    for (let at = 0; at < text.length; at += 7) {
      const changed =
        text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
      expect(() => takeBundle(NO_LISTS, JSON.parse(changed), options), changed).toThrow()
    }
  })
})

describe('refresh', () => {
  it('takes the good lists over, tells the first bad one, and keeps the last good of that', async () => {
    const bench = await openBench()
    const fresh = await bundles([`card/${VISITOR}/${NUMBER}`], { version: 2 })
    const [acceptance, keys, deny, tariffs] = fresh
    bench.operator.bundles = [{ ...acceptance, version: 9 }, keys, { ...deny }, tariffs]
    await expect(bench.terminal.refresh()).rejects.toMatchObject({ code: 'bundle.bad-hash' })
    expect(heldVersions(bench.terminal.lists())).toEqual({
      [`acceptance/${CENTRE}`]: 1,
      [`issuer-keys/${CENTRE}`]: 2,
      [`deny/${CENTRE}`]: 2,
      [`tariffs/${OPERATOR}`]: 2,
    })
    expect(await tap(bench, await newCard())).toMatchObject({ reason: 'deny.listed' })
  })

  it('tells how many lists were new', async () => {
    const bench = await openBench({}, { lists: false })
    bench.operator.bundles = await bundles()
    expect(await bench.terminal.refresh()).toBe(4)
    expect(await bench.terminal.refresh()).toBe(0)
  })

  it('takes what changed for the list, which then is the same to the byte', async () => {
    const entries = Array.from(
      { length: 20 },
      (_, i) => `card/${VISITOR}/31048600000000000${10 + i}`,
    )
    const old = await bundles(entries)
    const fresh = await bundles([...entries, `card/${VISITOR}/${NUMBER}`], { version: 2 })
    const bench = await openBench({}, { lists: old })
    const delta = deltaOf(old[2]!, fresh[2]!)
    if (delta === undefined) throw new TypeError('no delta was made')
    expect(bundleBytes(delta)).toBeLessThan(bundleBytes(fresh[2]!) / 3)
    bench.operator.bundles = [delta]
    expect(await bench.terminal.refresh()).toBe(1)
    expect(bench.terminal.lists().shelf.get(`deny/${CENTRE}`)).toEqual(fresh[2])
    expect(await tap(bench, await newCard())).toMatchObject({ reason: 'deny.listed' })
  })

  it('that is longer than a message is fetched piece by piece, and its bytes are told', async () => {
    const entries = Array.from(
      { length: 12_000 },
      (_, i) => `card/${VISITOR}/3104860${String(i).padStart(12, '0')}`,
    )
    const first = (await bundles(entries))[2]!
    const second = (await bundles([...entries, `card/${VISITOR}/${NUMBER}`], { version: 2 }))[2]!
    const bench = await openBench({}, { lists: false })
    const list = { kind: 'deny', publisher: CENTRE }
    const wholeBytes = bundleBytes(first)
    expect(wholeBytes).toBeGreaterThan(1024 * 1024)
    bench.operator.answer = ({ piece, pieces }) => {
      if (pieces !== true) throw new TypeError('no pieces are asked for')
      if (piece === undefined) return fitAnswer([{ value: first, since: 0 }])
      return [pieceOf(first, piece as PieceRequest)]
    }
    expect(await bench.terminal.refresh()).toBe(1)
    expect(bench.terminal.lists().shelf.get(`deny/${CENTRE}`)).toEqual(first)
    const told = { ...list, version: 1, since: 0, bytes: wholeBytes, wholeBytes }
    expect(bench.terminal.status().fetched).toMatchObject([told])
    const delta = deltaOf(first, second)!
    bench.operator.answer = () => [delta]
    expect(await bench.terminal.refresh()).toBe(1)
    expect(bench.terminal.status().fetched).toMatchObject([
      {
        ...list,
        version: 2,
        since: 1,
        bytes: bundleBytes(delta),
        wholeBytes: bundleBytes(second),
      },
    ])
    bench.operator.answer = ({ piece }) =>
      piece === undefined ? fitAnswer([{ value: first, since: 0 }]) : []
    await expect(bench.terminal.refresh()).rejects.toMatchObject({ code: 'bundle.malformed' })
  })

  it('asks for the whole list when what changed is told of one that it does not hold', async () => {
    const entries = Array.from(
      { length: 20 },
      (_, i) => `card/${VISITOR}/31048600000000000${10 + i}`,
    )
    const [, , second] = await bundles(entries, { version: 2 })
    const [, , third] = await bundles([...entries, `card/${VISITOR}/${NUMBER}`], { version: 3 })
    const bench = await openBench()
    const answers = [[deltaOf(second!, third!)], [third]]
    Object.defineProperty(bench.operator, 'bundles', { get: () => answers.shift() })
    expect(await bench.terminal.refresh()).toBe(1)
    expect(heldVersions(bench.terminal.lists())).toMatchObject({ [`deny/${CENTRE}`]: 3 })
    expect(answers).toEqual([])
  })

  it('refuses an answer that is none', async () => {
    const bench = await openBench()
    bench.operator.bundles = null as unknown as unknown[]
    await expect(bench.terminal.refresh()).rejects.toMatchObject({ code: 'message.malformed' })
  })

  it('survives a restart without network, and an older list is refused then as before', async () => {
    const bench = await openBench(
      {},
      { lists: await bundles([`card/${LOCAL}/${NUMBER}`], { version: 5 }) },
    )
    const again = await bench.restart()
    expect(heldVersions(again.terminal.lists())).toEqual(heldVersions(bench.terminal.lists()))
    expect(await tap(again, await newCard())).toMatchObject({ ok: true })
    expect(await tap(again, await newCard({ issuer: LOCAL }))).toMatchObject({
      reason: 'deny.listed',
    })
    again.operator.bundles = [await bundle('deny', { entries: [] }, { version: 4 })]
    await expect(again.terminal.refresh()).rejects.toMatchObject({ code: 'bundle.older' })
  })

  it('starts without the stored lists when they were changed on the disk', async () => {
    const storage = createMemoryStorage()
    const bench = await openBench({}, { storage })
    const name = `lists-${bench.config.terminal}.json`
    const stored = new TextDecoder().decode((await storage.read(name)) ?? new Uint8Array())
    await storage.replace(
      name,
      new TextEncoder().encode(stored.replace('"in-service"', '"ended-soon"')),
    )
    const again = await bench.restart()
    expect(Object.keys(heldVersions(again.terminal.lists()))).not.toContain(`acceptance/${CENTRE}`)
    expect(Object.keys(heldVersions(again.terminal.lists()))).toContain(`deny/${CENTRE}`)
    await storage.replace(name, Uint8Array.of(0xff))
    expect(heldVersions((await bench.restart()).terminal.lists())).toEqual({})
  })
})

describe('codes of an issuer', () => {
  it('are known by the list alone', async () => {
    const lists = await listsOf(CONFIG)
    const only = await bundle('issuer-keys', await codeFixture.issuerKeys([LOCAL]), { version: 2 })
    const asked = { platform: '59000001', version: 0x80 }
    expect(lists.issuerKeys?.entry({ ...asked, issuer: VISITOR })).toBeDefined()
    const newer = takeBundle(lists, only, options)
    expect(newer.issuerKeys?.entry({ ...asked, issuer: VISITOR })).toBeUndefined()
    expect(newer.issuerKeys?.entry({ ...asked, issuer: LOCAL })).toBeDefined()
  })
})
