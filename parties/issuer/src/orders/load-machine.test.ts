import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LoadEvent, type LoadOrder, type LoadState, stepLoad } from './load-machine.ts'

const A = { onlineNumber: 7, name: 'a' }
const B = { onlineNumber: 7, name: 'b' }

const orderIn = (state: LoadState, change: Partial<LoadOrder> = {}): LoadOrder => ({
  order: 'order-1',
  card: '3190000700000000012',
  amountFen: 5_000,
  way: 'agent',
  state,
  opening: state === 'AUTHORISED' || state === 'CONFIRMED' ? A : null,
  at: 0,
  ...change,
})

const step = (order: LoadOrder, event: LoadEvent) => {
  const made = stepLoad(order, event, 1)
  return made.ok ? [made.order.state, ...made.postings] : made.code
}

describe('a load order', () => {
  test.each<[LoadState, LoadEvent, unknown]>([
    ['REQUESTED', { kind: 'paid' }, ['RESERVED', 'reserve']],
    ['REQUESTED', { kind: 'not-paid' }, ['REVERSED']],
    ['REQUESTED', { kind: 'authorise', opening: A }, 'issuer.load-not-paid'],
    ['REQUESTED', { kind: 'cancel' }, ['REVERSED']],
    ['RESERVED', { kind: 'paid' }, ['RESERVED']],
    ['RESERVED', { kind: 'authorise', opening: A }, ['AUTHORISED']],
    ['RESERVED', { kind: 'tac' }, 'issuer.load-conflict'],
    ['RESERVED', { kind: 'counter', onlineNumber: 9, fresh: true }, ['RESERVED']],
    ['RESERVED', { kind: 'cancel' }, ['REVERSED', 'reverse']],
    ['AUTHORISED', { kind: 'authorise', opening: A }, ['AUTHORISED']],
    ['AUTHORISED', { kind: 'authorise', opening: B }, 'issuer.load-in-doubt'],
    ['AUTHORISED', { kind: 'tac' }, ['CONFIRMED', 'confirm']],
    ['AUTHORISED', { kind: 'counter', onlineNumber: 8, fresh: false }, ['CONFIRMED', 'confirm']],
    ['AUTHORISED', { kind: 'counter', onlineNumber: 7, fresh: false }, 'issuer.load-in-doubt'],
    ['AUTHORISED', { kind: 'counter', onlineNumber: 7, fresh: true }, ['REVERSED', 'reverse']],
    ['AUTHORISED', { kind: 'counter', onlineNumber: 6, fresh: true }, 'issuer.load-conflict'],
    ['AUTHORISED', { kind: 'cancel' }, 'issuer.load-in-doubt'],
    ['CONFIRMED', { kind: 'tac' }, ['CONFIRMED']],
    ['CONFIRMED', { kind: 'authorise', opening: A }, 'issuer.load-closed'],
    ['CONFIRMED', { kind: 'cancel' }, 'issuer.load-closed'],
    ['RESERVED', { kind: 'lost' }, ['REVERSED', 'reverse']],
    ['AUTHORISED', { kind: 'lost' }, ['CONFIRMED', 'confirm']],
    ['CONFIRMED', { kind: 'lost' }, ['CONFIRMED']],
    ['REVERSED', { kind: 'lost' }, ['REVERSED']],
    ['REVERSED', { kind: 'cancel' }, ['REVERSED']],
    ['REVERSED', { kind: 'tac' }, 'issuer.load-conflict'],
  ])('%s %o → %o', (state, event, expected) => {
    expect(step(orderIn(state), event)).toEqual(expected)
  })

  test('paid by a channel and not written, it is open again for another reader', () => {
    const order = orderIn('AUTHORISED', { way: 'next-reader' })
    const event = { kind: 'counter', onlineNumber: 7, fresh: true } as const
    const made = stepLoad(order, event, 1)
    expect(made).toMatchObject({ ok: true, order: { state: 'RESERVED', opening: null } })
    expect(made).toMatchObject({ postings: [] })
  })

  test('whatever comes in whatever order, money enters and leaves suspense once', () => {
    const opening = fc.constantFrom(A, B)
    const event: fc.Arbitrary<LoadEvent> = fc.oneof(
      fc.constantFrom<LoadEvent[]>({ kind: 'paid' }, { kind: 'not-paid' }, { kind: 'tac' }),
      fc.constant<LoadEvent>({ kind: 'lost' }),
      fc.constant<LoadEvent>({ kind: 'cancel' }),
      opening.map((one): LoadEvent => ({ kind: 'authorise', opening: one })),
      fc
        .tuple(fc.integer({ min: 6, max: 9 }), fc.boolean())
        .map(([onlineNumber, fresh]): LoadEvent => ({ kind: 'counter', onlineNumber, fresh })),
    )
    const way = fc.constantFrom('agent' as const, 'phone' as const, 'next-reader' as const)
    fc.assert(
      fc.property(way, fc.array(event, { maxLength: 30 }), (how, events) => {
        let order = orderIn('REQUESTED', { way: how })
        let suspense = 0
        for (const one of events) {
          const made = stepLoad(order, one, 1)
          if (!made.ok) continue
          order = made.order
          for (const posting of made.postings) suspense += posting === 'reserve' ? 1 : -1
          const held = order.state === 'RESERVED' || order.state === 'AUTHORISED'
          expect(suspense).toBe(held ? 1 : 0)
        }
      }),
    )
  })
})
