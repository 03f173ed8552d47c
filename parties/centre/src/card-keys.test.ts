import { fromHex } from '@unifare/core'
import {
  createSoftwareKeyStore,
  type KeyRef,
  type KeyState,
  type KeyStore,
  openKeyWindow,
  pureEngine,
} from '@unifare/crypto'
import { describe, expect, test } from 'vitest'
import { createCardKeys } from './card-keys.ts'

const CENTRE = '30000001'
const CARD = {
  issuerId: '01011000FFFFFFFF',
  applicationSerial: '03104870000000000000',
  algorithm: 0,
}
const MATERIAL = fromHex('0123456789ABCDEFFEDCBA9876543210')

/** Four versions of both masters, one in each state. */
const STATES: readonly KeyState[] = ['pre-active', 'active', 'verify-only', 'destroyed']
const refs = (['purchase', 'tac'] as const).flatMap((use) =>
  STATES.map(
    (_, version): KeyRef => ({
      scheme: 'mot',
      issuer: CENTRE,
      use,
      index: use === 'purchase' ? 1 : 0,
      version,
      algorithm: '3des',
    }),
  ),
)
const store = createSoftwareKeyStore({
  keys: refs.map((ref) => {
    const state = STATES[ref.version] ?? 'destroyed'
    const material = state === 'destroyed' ? new Uint8Array(0) : MATERIAL
    return { ref, material, life: { state, history: [] } }
  }),
  engine: pureEngine,
  random: (length) => new Uint8Array(length),
})

describe('keys of cards at the centre', () => {
  test.each([
    ['the store itself', store],
    ['the window of a key service', openKeyWindow({ store, refs })],
  ])('old versions verify, through %s', async (_, keyStore) => {
    expect(await versionsThatVerify(keyStore)).toEqual(['active', 'verify-only'])
  })

  test('a window gives the keys that the store would give, and none once it is closed', async () => {
    const window = openKeyWindow({ store, refs })
    const ask = (keyStore: Pick<KeyStore, 'derive'>) =>
      createCardKeys({ keyStore, keyOwner: CENTRE })({ ...CARD, keyVersion: 1 })
    expect(await ask(window)).toEqual(await ask(store))
    window.close()
    await expect(ask(window)).rejects.toThrow(
      expect.objectContaining({ code: 'key.window-closed' }),
    )
  })
})

async function versionsThatVerify(keyStore: Pick<KeyStore, 'derive'>): Promise<KeyState[]> {
  const cardKeys = createCardKeys({ keyStore, keyOwner: CENTRE })
  const found = await Promise.all(
    STATES.map(async (_, keyVersion) => cardKeys({ ...CARD, keyVersion })),
  )
  return STATES.filter((_, version) => found[version] !== undefined)
}

describe('key systems and algorithms', () => {
  const line = (scheme: KeyRef['scheme'], algorithm: KeyRef['algorithm']): KeyRef[] =>
    refs
      .filter(({ version }) => version === 1)
      .map((ref): KeyRef => ({ ...ref, scheme, algorithm }))
  const both = [...line('mot', '3des'), ...line('mohurd', '3des'), ...line('mot', 'sm4')]
  const keyStore = createSoftwareKeyStore({
    keys: both.map((ref, at) => ({ ref, material: MATERIAL.map((byte) => byte ^ (at * 7 + 2)) })),
    engine: pureEngine,
    random: (length) => new Uint8Array(length),
  })
  const keysOf = createCardKeys({ keyStore, keyOwner: CENTRE })
  const card = { ...CARD, keyVersion: 1 }

  test('each has its own masters: the same card number gives other keys', async () => {
    const pairs = await Promise.all([
      keysOf(card),
      keysOf({ ...card, scheme: 'mohurd' }),
      keysOf({ ...card, algorithm: 4 }),
    ])
    const tacs = pairs.map((pair) => String(pair?.tac))
    expect(new Set(tacs).size).toBe(3)
    expect(tacs).not.toContain('undefined')
  })

  test('what no master serves has no keys', async () => {
    expect(await keysOf({ ...card, scheme: 'mohurd', algorithm: 4 })).toBeUndefined()
    expect(await keysOf({ ...card, algorithm: 9 })).toBeUndefined()
  })
})
