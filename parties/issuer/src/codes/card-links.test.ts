import { fromUtf8 } from '@unifare/core'
import { decodeCustomField } from '@unifare/ridecode'
import { createHandler } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { AT, HOUR, ISSUER, identity, OPERATOR } from '../issuer.fixture.ts'
import { newService } from '../orders/order-context.ts'
import { services } from '../orders/tables.ts'
import { openCodes } from './codes.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const CARD = '3190000100000000017'
const OTHER_CARD = '3190000100000000025'
const STRANGERS = '3190000100000000033'
const DAY_MS = 24 * HOUR

/** A rider with two registered cards, and what the operator hears. */
async function openLinking() {
  const here = await openCodes()
  const { phone } = await here.authorised('a')
  const owned = (number: string, rider: string) => ({ ...newService(number), rider })
  await here.world.repository.transaction((tx) =>
    tx.put(services, [
      owned(CARD, phone.self.id),
      owned(OTHER_CARD, phone.self.id),
      owned(STRANGERS, 'rider-of-another'),
    ]),
  )
  const heard: Record<string, unknown>[] = []
  here.world.link.register(
    OPERATOR,
    createHandler(identity(here.world, OPERATOR), async ({ body }) => {
      heard.push(JSON.parse(fromUtf8(body)) as Record<string, unknown>)
      return { result: {} }
    }),
  )
  return {
    ...here,
    phone,
    link: (card = CARD) => phone.order({ do: 'link-card', operator: OPERATOR, card }),
    join: () => phone.order({ do: 'join-scheme', operator: OPERATOR }),
    told: async () => {
      await here.issuer.deliver()
      return heard.splice(0)
    },
    /** The token that the codes of a rider carry, by the name under which it is linked. */
    token: async () => {
      const [one] = await here.batch(phone, {})
      const field = one && decodeCustomField(one.custom)
      return `token/${ISSUER}/${field?.schemes[0]?.token}`
    },
  }
}

describe('one account over an own card and the codes', () => {
  test('is told to the operator with the token that codes carry, once a month', async () => {
    const here = await openLinking()
    await here.join()
    expect(await here.link()).toEqual({ operator: OPERATOR, card: CARD })
    expect(await here.link()).toEqual({ operator: OPERATOR, card: CARD })
    const month = '2026-11'
    const order = { do: 'link-media', card: `card/${ISSUER}/${CARD}`, month }
    const token = await here.token()
    expect(await here.told()).toEqual([{ ...order, token }])
    here.world.clock.set(AT + 12 * DAY_MS)
    const next = await here.token()
    await here.token()
    expect(next).not.toBe(token)
    expect(await here.told()).toEqual([{ ...order, token: next, month: '2026-12' }])
  })

  test('needs the scheme and an own card; nobody else’s is ever named', async () => {
    const here = await openLinking()
    await expect(here.link()).rejects.toThrow(refused('issuer.no-scheme'))
    await here.join()
    for (const card of [STRANGERS, '3190000100000000041', '']) {
      await expect(here.link(card)).rejects.toThrow(refused('issuer.not-your-card'))
    }
    expect(await here.told()).toEqual([])
  })

  test.each(['unlink-card', 'leave-scheme'])(
    'ends by %s; another card can be linked in the next month',
    async (how) => {
      const here = await openLinking()
      await here.join()
      await here.link()
      const token = await here.token()
      await expect(here.link(OTHER_CARD)).rejects.toThrow(refused('issuer.card-linked'))
      await here.told()
      for (let again = 0; again < 2; again++) {
        await here.phone.order({ do: how, operator: OPERATOR })
      }
      expect(await here.told()).toEqual([{ do: 'unlink-media', token }])
      await here.join()
      await expect(here.link(OTHER_CARD)).rejects.toThrow(refused('issuer.card-linked'))
      here.world.clock.set(AT + 12 * DAY_MS)
      await here.token()
      expect(await here.told()).toEqual([])
      await here.link(OTHER_CARD)
      expect(await here.told()).toMatchObject([{ card: `card/${ISSUER}/${OTHER_CARD}` }])
    },
  )
})
