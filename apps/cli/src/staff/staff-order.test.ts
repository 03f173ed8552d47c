import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { toHex, UnifareError, utf8 } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rawPublicKey } from '../key-files.ts'
import {
  ORDER_VALID_MS,
  type OrderDraft,
  orderOfStaff,
  parseSignedOrder,
  type SignedOrder,
  STAFF_ORDERS,
  type StaffMember,
  type StaffRole,
  signedText,
} from './staff-order.ts'

const NOW = Date.parse('2026-11-21T01:00:00Z')
const CENTRE = '00000156'

function person(name: string, role: StaffRole): StaffMember & { readonly own: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return { name, role, key: rawPublicKey(publicKey, name), own: privateKey }
}
const li = person('Li', 'settler')
const wang = person('Wang', 'settler')
const bank = person('Settlement bank', 'bank')
const stranger = person('Zhang', 'settler')
const staff = [li, wang, bank]

function signedBy(
  people: readonly ReturnType<typeof person>[],
  order: OrderDraft['order'],
  more: Partial<OrderDraft> = {},
): SignedOrder {
  const draft = { centre: CENTRE, at: NOW, order, ...more }
  const bytes = utf8(signedText(draft))
  const signatures = people.map(({ name, own }) => ({
    name,
    signature: toHex(new Uint8Array(sign(null, bytes, own))),
  }))
  return { ...draft, signatures }
}

const given = (signed: SignedOrder, now = NOW) =>
  orderOfStaff(signed, { centre: CENTRE, staff, now, engine: nodeEngine() })

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof UnifareError) return error.code
    throw error
  }
  return 'given'
}

const ABORT = { do: 'abort-window', window: 'W20261120-1', note: 'bank asks' }

describe('an order of staff', () => {
  it('says who signed it, first and second, with what they signed as evidence', () => {
    const signed = signedBy([li, wang], ABORT)
    const signatures = signed.signatures.map((one) => ({ ...one, note: 'of nobody' }))
    const text = JSON.stringify({ ...signed, signatures, by: 'Zhang' })
    expect(given(parseSignedOrder(text))).toEqual({
      ...ABORT,
      role: 'settler',
      by: 'Li',
      approvedBy: 'Wang',
      staff: { text: signedText(signed), signatures: signed.signatures },
    })
  })

  it.each(Object.entries(STAFF_ORDERS))('%s takes its roles and its people', (name, rule) => {
    const [settlers, banks] = [[li, wang], [bank]]
    const order = { do: name }
    const bySettlers = codeOf(() => given(signedBy(settlers.slice(0, rule.people), order)))
    expect(bySettlers).toBe(rule.roles.includes('settler') ? 'given' : 'staff.wrong-role')
    const byBank = codeOf(() => given(signedBy(banks, order)))
    expect(byBank).toBe(rule.roles.includes('bank') ? 'given' : 'staff.wrong-role')
    if (rule.people === 2) {
      expect(codeOf(() => given(signedBy([li], order)))).toBe('staff.needs-approval')
      expect(codeOf(() => given(signedBy([li, li], order)))).toBe('staff.needs-approval')
    }
  })

  it('is not given when anything in it was changed after it was signed', () => {
    const top = { do: 'top-up-reserve', member: '05215210', amountFen: 100, reference: 'B1' }
    const signed = signedBy([li], top)
    const changed = fc.record(
      {
        member: fc.stringMatching(/^\d{8}$/),
        amountFen: fc.integer({ min: 101 }),
        reference: fc.string(),
      },
      { requiredKeys: ['amountFen'] },
    )
    fc.assert(
      fc.property(changed, (other) => {
        const forged = { ...signed, order: { ...top, ...other } }
        expect(codeOf(() => given(forged))).toBe('staff.bad-signature')
      }),
      { numRuns: 30 },
    )
    expect(codeOf(() => given({ ...signed, at: NOW - 1 }))).toBe('staff.bad-signature')
    expect(codeOf(() => given({ ...signed, signatures: [] }))).toBe('staff.bad-signature')
  })

  it('is for one centre, and for hours only', () => {
    const order = { do: 'close-day', day: '2026-11-20' }
    const at = (ms: number) => codeOf(() => given(signedBy([li], order, { at: NOW + ms })))
    expect(at(-ORDER_VALID_MS)).toBe('given')
    expect(at(-ORDER_VALID_MS - 1)).toBe('staff.wrong-time')
    expect(at(120_001)).toBe('staff.wrong-time')
    const elsewhere = signedBy([li], order, { centre: '00000420' })
    expect(codeOf(() => given(elsewhere))).toBe('staff.wrong-centre')
  })

  it('closes no day that has not ended', () => {
    const closing = (day: string, now: number) =>
      codeOf(() => given(signedBy([li], { do: 'close-day', day }, { at: now }), now))
    const morning = Date.parse('2026-11-21T03:00:00+08:00')
    expect(closing('2026-11-20', morning)).toBe('given')
    expect(closing('2026-11-20', morning - 1)).toBe('staff.day-runs')
    expect(closing('2026-11-21', morning)).toBe('staff.day-runs')
    expect(closing('2027-11-20', morning)).toBe('staff.day-runs')
  })

  it('is given by staff alone, and says nothing of role and names itself', () => {
    expect(codeOf(() => given(signedBy([stranger], { do: 'close-day' })))).toBe(
      'staff.unknown-person',
    )
    const asLi = { ...stranger, name: 'Li' }
    expect(codeOf(() => given(signedBy([asLi], { do: 'close-day' })))).toBe('staff.bad-signature')
    expect(codeOf(() => given(signedBy([li], { ...ABORT, approvedBy: 'Wang' })))).toBe(
      'staff.malformed',
    )
    expect(codeOf(() => given(signedBy([li], { do: 'publish-deny' })))).toBe('staff.unknown-order')
    expect(codeOf(() => given(signedBy([li], { do: 'toString' })))).toBe('staff.unknown-order')
  })

  it.each(['', 'null', '[]', '{"centre": 1}', '{"order": {}, "signatures": []}'])(
    'is told when it cannot be read: %s',
    (text) => {
      expect(codeOf(() => parseSignedOrder(text))).toBe('staff.malformed')
    },
  )
})
