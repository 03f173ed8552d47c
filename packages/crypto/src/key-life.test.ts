import { utf8 } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  changeKeyState,
  createSoftwareKeyStore,
  type cryptoErrors,
  generateKey,
  issuingKey,
  KEY_STATES,
  type KeyEntry,
  type KeyLife,
  type KeyState,
  newKeyLife,
  p256Verify,
  parseKeyRef,
  pureEngine,
  sm3,
} from './index.ts'

const MASTER = parseKeyRef('mot.30000001.tac.0.1.3des')
const SIGNER = parseKeyRef('unifare.30000001.bundle.0.1.p256')
const CARD = [utf8('3000FFFF'), utf8('12345678')]
const BY = ['张三', '李四']
const AT = Date.UTC(2026, 10, 21)
const BORN = newKeyLife({ at: AT, by: BY })

const refused = (code: keyof typeof cryptoErrors) => expect.objectContaining({ code })
const step = (life: KeyLife, to: KeyState, by = BY) =>
  changeKeyState(MASTER, life, { to, at: AT, by })
const lifeIn = (state: KeyState): KeyLife =>
  KEY_STATES.slice(1, KEY_STATES.indexOf(state) + 1).reduce((life, to) => step(life, to), BORN)

describe('the life of a key', () => {
  test('goes from pre-active over active and verify-only to destroyed, every step on record', () => {
    const life = lifeIn('destroyed')
    expect(life.state).toBe('destroyed')
    expect(life.history.map(({ to }) => to)).toEqual(KEY_STATES)
    expect(life.history.every(({ at, by }) => at === AT && by.length === 2)).toBe(true)
  })

  test('knows five steps and no other', () => {
    const allowed = KEY_STATES.flatMap((from) =>
      KEY_STATES.filter((to) => {
        try {
          return step(lifeIn(from), to).state === to
        } catch (error) {
          expect(error).toEqual(refused('key.bad-transition'))
          return false
        }
      }).map((to) => `${from} > ${to}`),
    )
    expect(allowed).toEqual([
      'pre-active > active',
      'pre-active > destroyed',
      'active > verify-only',
      'verify-only > destroyed',
    ])
  })

  test.each([
    [[]],
    [['张三']],
    [['张三', '张三']],
    [['Li Si', ' li  si ']],
    [['ＬＩ', 'li']],
    [['张三', ' ']],
    [['张三', '李四', '张三']],
  ])('one person cannot take a step: %j', (by) => {
    expect(() => step(BORN, 'active', by)).toThrow(refused('key.four-eyes'))
    expect(() => newKeyLife({ at: AT, by })).toThrow(refused('key.four-eyes'))
  })
})

describe('a key in each state', () => {
  const cases = [
    { state: 'pre-active', issue: 'key.not-active', verify: 'key.not-active' },
    { state: 'active', issue: null, verify: null },
    { state: 'verify-only', issue: 'key.verify-only', verify: null },
    { state: 'destroyed', issue: 'key.destroyed', verify: 'key.destroyed' },
  ] as const

  test.each(cases)('$state: issues $issue, verifies $verify', async ({ state, issue, verify }) => {
    const store = storeOf([entry(MASTER, state), entry(SIGNER, state)])
    const session = { factors: CARD, session: utf8('12345678'), message: utf8('m') }
    await answers(store.derive(MASTER, CARD, 'issue'), issue)
    await answers(store.sign(SIGNER, utf8('m')), issue)
    await answers(store.derive(MASTER, CARD), verify)
    await answers(store.encrypt(MASTER, CARD, new Uint8Array(8)), verify)
    await answers(store.sessionMac(MASTER, session), verify)
    expect(store.state(MASTER)).toBe(state)
    // A public key is published before its key signs; a destroyed one is on record elsewhere.
    await answers(store.publicKey(SIGNER), state === 'destroyed' ? 'key.destroyed' : null)
    await answers(store.checkValue(MASTER), state === 'destroyed' ? 'key.destroyed' : null)
  })

  test('a destroyed key has no material at all', () => {
    const life = lifeIn('destroyed')
    expect(() => storeOf([{ ...generateKey(MASTER, counted()), life }])).toThrow(
      refused('key.bad-material'),
    )
    expect(storeOf([entry(MASTER, 'destroyed')]).export()[0]?.material).toHaveLength(0)
  })
})

describe('rotation', () => {
  const versions = (states: readonly KeyState[]) =>
    storeOf(states.map((state, at) => entry({ ...SIGNER, version: at + 1 }, state)))

  test('new versions issue and old ones verify what they issued', async () => {
    const before = versions(['active', 'pre-active'])
    expect(issuingKey(before, SIGNER).version).toBe(1)
    const old = await before.sign(issuingKey(before, SIGNER), utf8('old'))
    const after = versions(['verify-only', 'active'])
    expect(issuingKey(after, SIGNER).version).toBe(2)
    expect(p256Verify(await after.publicKey({ ...SIGNER, version: 1 }), utf8('old'), old)).toBe(
      true,
    )
  })

  test('half done, the newest active version issues', () => {
    expect(issuingKey(versions(['active', 'active']), SIGNER).version).toBe(2)
  })

  test('the issuing version is the newest active one, or none', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...KEY_STATES), { maxLength: 6 }), (states) => {
        const newest = states.lastIndexOf('active') + 1
        const store = versions(states)
        if (newest > 0) expect(issuingKey(store, SIGNER).version).toBe(newest)
        else expect(() => issuingKey(store, SIGNER)).toThrow(refused('key.not-active'))
      }),
      { numRuns: 30 },
    )
  })

  test('versions of other keys do not count', () => {
    const other = { ...SIGNER, index: 7 }
    expect(() => issuingKey(versions(['active']), other)).toThrow(refused('key.not-active'))
  })
})

async function answers(work: Promise<unknown>, code: keyof typeof cryptoErrors | null) {
  if (code === null) await expect(work).resolves.toBeDefined()
  else await expect(work).rejects.toThrow(refused(code))
}

function entry(ref: typeof MASTER, state: KeyState): KeyEntry {
  const { material } = generateKey(ref, counted())
  return {
    ref,
    material: state === 'destroyed' ? new Uint8Array(0) : material,
    life: lifeIn(state),
  }
}

function storeOf(keys: readonly KeyEntry[]) {
  return createSoftwareKeyStore({ keys, engine: pureEngine, random: counted() })
}

function counted(): (length: number) => Uint8Array {
  let count = 0
  return (length) => sm3(utf8(`key ${count++}`)).slice(0, length)
}
