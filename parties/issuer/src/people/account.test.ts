import { toHex, utf8 } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AT, CONTRACT, HOUR, ISSUER } from '../issuer.fixture.ts'
import { openPeople, SECRET, secretOf } from './people.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const DAY_MS = 24 * HOUR

describe('a sign-in', () => {
  test('is a name that one account alone has, and a secret that changes by itself alone', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    expect(await here.view(phone)).toMatchObject({ class: 'registered', signInName: 'bob' })
    const next = await secretOf('NEXTSECRET22')
    const change = { do: 'sign-up', name: 'bobby', ...next.kept }
    expect(await here.signed(phone, change, 'bobby', 'WRONG')).toMatchObject({
      ok: false,
      code: 'issuer.wrong-sign-in',
    })
    expect(await here.signed(phone, change, 'bobby')).toEqual({ ok: true, account, name: 'bobby' })
    const { phone: other } = await here.registered('carol')
    const taken = here.signed(other, { do: 'sign-up', ...next.kept }, 'bobby')
    await expect(taken).rejects.toThrow(refused('issuer.name-taken'))
  })

  test.each(['no', '12345678', 'Upper', 'with space', '-first', ''])(
    'a name is short, plain and no number: not %j',
    async (name) => {
      const here = await openPeople()
      const phone = here.rider('a')
      await phone.open()
      const order = { do: 'sign-up', name, ...(await secretOf(SECRET)).kept }
      await expect(phone.order(order)).rejects.toThrow(refused('message.malformed'))
    },
  )

  test('a salt tells nothing about who has an account', async () => {
    const here = await openPeople()
    await here.registered('bob')
    const salt = async (name: string) =>
      (await here.rider('anybody').order({ do: 'sign-in-salt', name })) as { salt: string }
    expect((await salt('bob')).salt).toMatch(/^[0-9A-F]{32}$/)
    const nobody = await salt('nobody')
    expect(nobody.salt).toMatch(/^[0-9A-F]{32}$/)
    expect(await salt('nobody')).toEqual(nobody)
    expect(await salt('nobody-else')).not.toEqual(nobody)
  })

  test.each(['bob', 'nobody'])(
    'five wrong secrets lock a name for a day, whether it is one or not: %s',
    async (name) => {
      const here = await openPeople()
      await here.registered('bob')
      const guess = (secret: string, key = 'thief') =>
        here.signed(here.rider(key), { do: 'unfreeze' }, name, secret)
      for (const left of [4, 3, 2, 1]) {
        const answer = { ok: false, code: 'issuer.wrong-sign-in', left, lockedUntil: null }
        expect(await guess('WRONG', `thief ${left}`)).toEqual(answer)
      }
      const lockedUntil = AT + DAY_MS
      expect(await guess('WRONG')).toMatchObject({ left: 0, lockedUntil })
      const locked = { ok: false, code: 'issuer.name-locked', left: 0, lockedUntil }
      expect(await guess(SECRET)).toEqual(locked)
      here.world.clock.set(lockedUntil - 1)
      expect(await guess(SECRET)).toEqual(locked)
      here.world.clock.set(lockedUntil)
      expect((await guess(SECRET)).ok).toBe(name === 'bob')
    },
  )

  test('who guesses cannot keep a rider from freezing: that is counted apart, and locks shortly', async () => {
    const here = await openPeople()
    await here.registered('bob')
    const guess = (what: string, secret = 'WRONG') =>
      here.signed(here.rider(what), { do: what }, 'bob', secret)
    for (let wrong = 0; wrong < 5; wrong++) await guess('take-over')
    expect(await guess('take-over', SECRET)).toMatchObject({ code: 'issuer.name-locked' })
    for (let wrong = 0; wrong < 5; wrong++) await guess('freeze')
    const lockedUntil = AT + 900_000
    expect(await guess('freeze', SECRET)).toMatchObject({ ok: false, lockedUntil })
    here.world.clock.set(lockedUntil)
    expect(await guess('freeze', SECRET)).toMatchObject({ ok: true, state: 'frozen' })
  })

  test('a right secret forgets the wrong ones before it', async () => {
    const here = await openPeople()
    await here.registered('bob')
    for (let round = 0; round < 3; round++) {
      for (let wrong = 0; wrong < 4; wrong++) {
        await here.signed(here.rider('a'), { do: 'freeze' }, 'bob', 'WRONG')
      }
      expect((await here.signed(here.rider('a'), { do: 'freeze' }, 'bob')).ok).toBe(true)
    }
  })
})

describe('a new phone', () => {
  test.each(['anonymous', 'registered'] as const)(
    'takes an account over with its secret, and the old key can do nothing more: %s',
    async (kind) => {
      const here = await openPeople()
      const { phone: old, account } = await here[kind]('bob')
      const name = kind === 'anonymous' ? account : 'bob'
      const next = here.rider('new phone')
      here.world.clock.set(AT + HOUR)
      expect(await here.signed(next, { do: 'take-over' }, name)).toEqual({
        ok: true,
        account,
        since: AT + HOUR,
        oldCodesUntil: AT + DAY_MS,
        frozen: false,
      })
      expect(await next.ready()).toMatchObject({ account })
      expect((await here.view(next)).devices).toEqual([next.self.id])
      const ended = expect.objectContaining({
        code: 'issuer.key-ended',
        message: expect.stringContaining(new Date(AT + HOUR).toISOString()),
      })
      await expect(old.ready()).rejects.toThrow(ended)
      await expect(old.look()).rejects.toThrow(ended)
      await expect(old.open()).rejects.toThrow(ended)
      await expect(old.order({ do: 'freeze' })).rejects.toThrow(ended)
    },
  )

  test('twice, and back to the first: one key acts at a time', async () => {
    const here = await openPeople()
    const { phone: first, account } = await here.registered('bob')
    const [second, third] = [here.rider('second'), here.rider('third')]
    for (const phone of [second, third, first, second]) {
      expect(await here.signed(phone, { do: 'take-over' }, 'bob')).toMatchObject({ ok: true })
      expect((await here.view(phone)).account).toBe(account)
      for (const other of [first, second, third]) {
        if (other === phone) continue
        await expect(other.look()).rejects.toThrow(/took the account over|no account/)
      }
    }
    // Again by the same phone changes nothing.
    expect(await here.signed(second, { do: 'take-over' }, 'bob')).toMatchObject({
      ok: true,
      oldCodesUntil: 0,
    })
  })

  test('needs the secret, and must be free', async () => {
    const here = await openPeople()
    const { phone: bob } = await here.registered('bob')
    const { phone: carol } = await here.registered('carol')
    const next = here.rider('new phone')
    expect(await here.signed(next, { do: 'take-over' }, 'bob', 'WRONG')).toMatchObject({
      code: 'issuer.wrong-sign-in',
    })
    await expect(next.look()).rejects.toThrow(refused('issuer.no-account'))
    await expect(here.signed(carol, { do: 'take-over' }, 'bob')).rejects.toThrow(
      refused('issuer.phone-taken'),
    )
    expect((await here.view(bob)).account).toBeDefined()
    // A key that was ended for one rider does not come back for another.
    await here.signed(next, { do: 'take-over' }, 'bob')
    await here.signed(here.rider('newest'), { do: 'take-over' }, 'bob')
    await expect(here.signed(next, { do: 'take-over' }, 'carol')).rejects.toThrow(
      refused('issuer.phone-taken'),
    )
  })
})

describe('a freeze', () => {
  const credentialEnd = AT + DAY_MS

  test('by any key with name and secret: told when it holds and what it can cost', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    here.world.clock.set(AT + 20 * HOUR)
    const frozenAt = AT + 20 * HOUR
    expect(await here.signed(here.rider('a browser'), { do: 'freeze' }, 'bob')).toEqual({
      ok: true,
      account,
      state: 'frozen',
      frozenAt,
      connectedRefuseFrom: frozenAt + 900_000,
      refusedBy: credentialEnd,
      // Four hours of four rides, and the one that is being ridden, each at the cap.
      lossFenMax: 17 * 3_000,
    })
    await here.issuer.deliver()
    const entry = { medium: 'code', issuer: ISSUER, account, reason: 'lost', since: frozenAt }
    expect(here.denied()).toEqual([[entry]])
    await expect(phone.ready()).rejects.toThrow(refused('issuer.frozen'))
    expect(await here.view(phone)).toMatchObject({
      standing: { ok: false, code: 'issuer.frozen' },
      frozen: { frozenAt, refusedBy: credentialEnd },
    })
  })

  test('costs a prepaid rider no more than what is prepaid, and nobody anything without codes', async () => {
    const here = await openPeople()
    const { phone } = await here.anonymous('a', 2_000)
    expect(await phone.order({ do: 'freeze' })).toMatchObject({ lossFenMax: 2_000 })
    const { phone: idle } = await here.anonymous('b', 0)
    expect(await idle.order({ do: 'freeze' })).toMatchObject({
      refusedBy: AT,
      connectedRefuseFrom: AT,
      lossFenMax: 0,
    })
    await here.issuer.deliver()
    expect(here.denied().at(-1)).toHaveLength(1)
  })

  test('again tells the same; what the list says ends with the last code', async () => {
    const here = await openPeople()
    const { phone } = await here.registered('bob')
    const told = await phone.order({ do: 'freeze' })
    here.world.clock.set(AT + HOUR)
    expect(await phone.order({ do: 'freeze' })).toEqual(told)
    here.world.clock.set(credentialEnd)
    await here.issuer.command({ do: 'publish-deny' })
    await here.issuer.deliver()
    expect(here.denied().map((entries) => entries.length)).toEqual([1, 0])
  })

  test('is lifted by the secret alone: a found phone can stop, tell and pay, no more', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    await phone.order({ do: 'freeze' })
    const frozen = refused('issuer.frozen')
    await expect(phone.order({ do: 'unfreeze' })).rejects.toThrow(frozen)
    await expect(phone.authorise()).rejects.toThrow(frozen)
    await expect(phone.order({ do: 'withdraw' })).rejects.toThrow(frozen)
    const refund = { do: 'refund', order: 'refund-1', amountFen: 1 }
    await expect(phone.order(refund)).rejects.toThrow(frozen)
    await here.topUp(phone, 500)
    expect(await here.signed(here.rider('a browser'), { do: 'unfreeze' }, 'bob')).toEqual({
      ok: true,
      account,
      state: 'live',
      oldCodesUntil: 0,
    })
    await phone.ready()
    await here.issuer.deliver()
    expect(here.denied().at(-1)).toEqual([])
  })

  test('does not lift what staff denied, nor a debt', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    const entry = { medium: 'code', issuer: ISSUER, account, reason: 'fraud', since: AT }
    await here.issuer.command({ do: 'publish-deny', entries: [entry] })
    await phone.order({ do: 'freeze' })
    await here.signed(phone, { do: 'unfreeze' }, 'bob')
    await here.issuer.deliver()
    expect(here.denied()).toEqual([[entry], [entry], [entry]])
  })

  test('an account without a secret is frozen and freed by its own key', async () => {
    const here = await openPeople()
    const phone = here.rider('plain')
    await phone.open()
    await phone.authorise(CONTRACT)
    await phone.ready()
    await phone.order({ do: 'freeze' })
    await expect(phone.ready()).rejects.toThrow(refused('issuer.frozen'))
    await phone.order({ do: 'unfreeze' })
    await phone.ready()
  })

  test('late rides are taken and never cost more than was told', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    here.world.bank.fund(account, 1_000_000)
    here.world.clock.set(AT + 23 * HOUR)
    const { lossFenMax } = (await phone.order({ do: 'freeze' })) as { lossFenMax: number }
    // Every ride that four an hour allow until the code ends, each at the cap.
    const late = [1, 2, 3, 4, 5]
    expect(await here.ride(account, late, { amountFen: 3_000 })).toEqual({ paid: 5, advanced: 0 })
    expect(1_000_000 - here.world.bank.balanceFen(account)).toBeLessThanOrEqual(lossFenMax)
    expect((await here.view(phone)).trips.map(({ settlement }) => settlement)).toEqual(
      late.map(() => 'paid'),
    )
  })

  test('outlives a take-over: the new phone has to lift it, and is told about old codes', async () => {
    const here = await openPeople()
    await here.registered('bob')
    const next = here.rider('new phone')
    await here.signed(next, { do: 'freeze' }, 'bob')
    expect(await here.signed(next, { do: 'take-over' }, 'bob')).toMatchObject({ frozen: true })
    await expect(next.ready()).rejects.toThrow(refused('issuer.frozen'))
    expect(await here.signed(next, { do: 'unfreeze' }, 'bob')).toMatchObject({
      state: 'live',
      oldCodesUntil: credentialEnd,
    })
    await next.ready()
  })
})

test('whatever phones, browsers and thieves do: one key acts, and a frozen account gives no credential', async () => {
  const keys = ['bob', 'second', 'third', 'thief'] as const
  const step = fc.record({
    key: fc.constantFrom(...keys),
    what: fc.constantFrom('take-over', 'freeze', 'unfreeze', 'ready', 'open'),
    hours: fc.integer({ min: 0, max: 12 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const here = await openPeople()
      const { account } = await here.registered('bob')
      let [acting, frozen, now] = ['bob', false, AT]
      for (const { key, what, hours } of steps) {
        now += hours * HOUR
        here.world.clock.set(now)
        const phone = here.rider(key)
        const knows = key !== 'thief'
        const own = key === acting
        if (what === 'ready') {
          expect(
            await phone.ready().then(
              () => true,
              () => false,
            ),
          ).toBe(own && !frozen)
        } else if (what === 'open' && own) {
          expect((await phone.open()).account).toBe(account)
        } else if (what !== 'open') {
          const secret = knows ? SECRET : 'GUESS'
          const { ok, code } = await here.signed(phone, { do: what }, 'bob', secret)
          if (code === 'issuer.name-locked') return
          expect(ok).toBe(knows)
          if (ok && what === 'take-over') acting = key
          else if (ok) frozen = what === 'freeze'
        }
        const view = await here.view(here.rider(acting))
        expect(view).toMatchObject({ account, devices: [here.rider(acting).self.id] })
        expect(view.frozen !== null).toBe(frozen)
      }
    }),
    { numRuns: 30 },
  )
})

test('a secret never travels, and what the issuer keeps does not sign in', async () => {
  const here = await openPeople()
  const { phone } = await here.registered('bob')
  const { kept } = await secretOf(SECRET)
  expect(kept.claimHash).not.toBe(toHex(sha256(utf8(SECRET))))
  const order = { do: 'freeze', name: 'bob', secret: kept.claimHash }
  expect(await phone.order(order)).toMatchObject({ code: 'issuer.wrong-sign-in' })
})
