import { canonicalJson, type UnifareError, utf8 } from '@unifare/core'
import { ed25519PublicKey, ed25519Sign, pureEngine, sha256 } from '@unifare/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  accept,
  type Bundle,
  bundleErrors,
  openBundle,
  parseDeny,
  type Shelf,
  type SignedBundle,
  shelfKey,
  signBundle,
} from './index.ts'

const AT = 1_795_219_200_000
const CENTRE = '10000001'
const secret = sha256(utf8('unifare test key of 10000001'))
const sign = async (message: Uint8Array) => ed25519Sign(secret, message)
const keyOf = (publisher: string) => (publisher === CENTRE ? ed25519PublicKey(secret) : undefined)
const refused = (code: string) => expect.objectContaining({ code })
const open = (value: unknown) => openBundle(value, keyOf, pureEngine)

const entry = {
  medium: 'card',
  issuer: '30000001',
  account: '3104860000000000017',
  reason: 'lost',
  since: AT,
}
function deny(change: Partial<Bundle> = {}): Promise<SignedBundle> {
  const content = { entries: [entry] }
  const common = {
    publisher: CENTRE,
    kind: 'deny',
    version: 3,
    validFrom: AT,
    validTo: null,
  } as const
  return signBundle({ ...common, content, ...change }, sign)
}

describe('a bundle', () => {
  test('says the same bytes for ever', async () => {
    const bundle = await deny()
    expect(bundle).toEqual({
      publisher: CENTRE,
      kind: 'deny',
      version: 3,
      validFrom: AT,
      validTo: null,
      content: { entries: [entry] },
      hash: '6D4698A125A29ED9FD2E90FEA55117D8297AE38565B0A5FCAD0A6D5E34A8AD69',
      signature:
        '3EAA0ED36B3E180A93A71EE04CDA111B8EA55038E18A84F11283C65F841546667FC50425C885147B655F0EB6745CFCC0D5FE9079BC0E8B5F8C9DE3086B0C300D',
    })
  })

  test('is opened after a journey as JSON, with its members in any order', async () => {
    const bundle = await deny()
    expect(open(JSON.parse(JSON.stringify(bundle)))).toEqual(bundle)
    expect(open(Object.fromEntries(Object.entries(bundle).reverse()))).toEqual(bundle)
  })

  test('one bit flipped anywhere in its text is refused with a code of the table', async () => {
    const bytes = utf8(canonicalJson(await deny()))
    const codes = new Set<string>()
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = bytes.slice()
      changed[bit >> 3]! ^= 1 << (bit & 7)
      let value: unknown
      try {
        value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(changed))
      } catch {
        continue
      }
      try {
        open(value)
        codes.add('accepted')
      } catch (error) {
        codes.add((error as UnifareError).code)
      }
    }
    const expected = ['malformed', 'bad-hash', 'bad-signature'].map((name) => `bundle.${name}`)
    expect(codes).toEqual(new Set(expected))
  })

  test('of somebody unknown, or signed by somebody else, is refused', async () => {
    const stranger = await deny({ publisher: '10000009' })
    expect(() => open(stranger)).toThrow(refused('bundle.unknown-publisher'))
    const other = sha256(utf8('other'))
    const forged = { ...(await deny()), signature: '' }
    forged.signature = (
      await signBundle(forged, async (message) => ed25519Sign(other, message))
    ).signature
    expect(() => open(forged)).toThrow(refused('bundle.bad-signature'))
    for (const signature of ['', 'AB', forged.signature.toLowerCase(), 'not hexadecimal']) {
      expect(() => open({ ...forged, signature })).toThrow(refused('bundle.bad-signature'))
    }
  })

  test.each<[string, Record<string, unknown>]>([
    ['no content', { content: undefined }],
    ['an unknown kind', { kind: 'rumours' }],
    ['version 0', { version: 0 }],
    ['half a version', { version: 1.5 }],
    ['a date as text', { validFrom: '2026-11-21' }],
    ['no end, not even null', { validTo: undefined }],
    ['a float in its content', { content: { rate: 0.5 } }],
    ['something that nobody signed beside it', { note: 'trust me' }],
  ])('%s: not a bundle', async (_, change) => {
    const bundle = { ...(await deny()), ...change }
    expect(() => open(bundle)).toThrow(refused('bundle.malformed'))
  })

  test('any JSON that is none is refused with a code of the table', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => open(value)).toThrow(refused('bundle.malformed'))
      }),
    )
    expect(() => open(undefined)).toThrow(refused('bundle.malformed'))
  })

  test('a float cannot be signed: two readers would print it differently', async () => {
    await expect(deny({ content: { rate: 0.5 } })).rejects.toThrow(refused('bundle.malformed'))
  })
})

describe('the shelf keeps the last good list', () => {
  const options = { at: AT, trial: parseDeny }
  const key = shelfKey('deny', CENTRE)
  const shelfWith = async (bundle: Promise<SignedBundle>): Promise<Shelf> =>
    accept(new Map(), await bundle, options)

  test('a higher version replaces, the same one changes nothing', async () => {
    const shelf = await shelfWith(deny())
    expect(accept(shelf, await deny(), options)).toBe(shelf)
    const next = accept(shelf, await deny({ version: 4 }), options)
    expect([shelf.get(key)?.version, next.get(key)?.version]).toEqual([3, 4])
  })

  test.each<[string, Partial<Bundle>, string]>([
    ['a lower version', { version: 2 }, 'bundle.older'],
    ['a fork: other content under the same version', { content: { entries: [] } }, 'bundle.forked'],
    ['one that is no longer valid', { version: 4, validTo: AT }, 'bundle.expired'],
    ['one that cannot be read', { version: 4, content: { entries: 5 } }, 'bundle.malformed'],
    [
      'one with a single bad row',
      { version: 4, content: { entries: [entry, { ...entry, since: 'yesterday' }] } },
      'bundle.malformed',
    ],
  ])('%s is refused and the held one stays', async (_, change, code) => {
    const shelf = await shelfWith(deny())
    const bundle = await deny(change)
    expect(() => accept(shelf, bundle, options)).toThrow(refused(code))
    expect(shelf.get(key)?.version).toBe(3)
  })

  test('valid to the last millisecond, and lists of other publishers do not collide', async () => {
    const shelf = await shelfWith(deny({ validTo: AT + 1 }))
    const other = await deny({ publisher: '30000001', version: 1 })
    expect([...accept(shelf, other, options).keys()]).toEqual([key, 'deny/30000001'])
  })

  test('every code has both languages', () => {
    for (const text of Object.values(bundleErrors)) expect([text.en, text.zh]).not.toContain('')
  })
})
