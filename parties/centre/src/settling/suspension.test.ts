import { type AcceptanceRow, acceptanceOf, isOpen } from '@unifare/bundle'
import { expect, it } from 'vitest'
import { resumeIn, suspendIn } from './suspension.ts'

const [A, B] = ['20000001', '20000002']
const [X, Y] = ['30000001', '30000002']

const row = (issuer: string, operator: string, changes: Partial<AcceptanceRow> = {}) => ({
  operator,
  mode: 'bus',
  medium: 'card' as const,
  issuer,
  division: '110000',
  status: 'in-service' as const,
  from: 0,
  ...changes,
})
const LIST = {
  rows: [row(A, X), row(A, Y), row(B, X), row(B, Y, { status: 'planned' as const }), row(A, A)],
}
/** Who takes whom at an instant. */
const openAt = (list: { readonly rows: readonly AcceptanceRow[] }, at: number) =>
  LIST.rows.flatMap((asked) =>
    isOpen(acceptanceOf(list, asked, at)) ? [`${asked.issuer} at ${asked.operator}`] : [],
  )

it('ends what concerns the member from then on, and nothing before or beside it', () => {
  const list = suspendIn(LIST, { member: A, at: 100 })
  expect(openAt(list, 99)).toEqual(openAt(LIST, 99))
  expect(openAt(list, 100)).toEqual([`${B} at ${X}`])
})

it('takes the member back as it was, with its own rows and no others', () => {
  const off = suspendIn(LIST, { member: A, at: 100 })
  const list = resumeIn(off, { member: A, at: 200, suspended: new Set() })
  expect(openAt(list, 199)).toEqual([`${B} at ${X}`])
  expect(openAt(list, 200)).toEqual(openAt(LIST, 0))
})

it('leaves what is between two suspended members until both are back', () => {
  const off = suspendIn(suspendIn(LIST, { member: A, at: 100 }), { member: X, at: 110 })
  const half = resumeIn(off, { member: A, at: 200, suspended: new Set([X]) })
  expect(openAt(half, 200)).toEqual([`${A} at ${Y}`, `${A} at ${A}`])
  const whole = resumeIn(half, { member: X, at: 300, suspended: new Set() })
  expect(openAt(whole, 300)).toEqual(openAt(LIST, 0))
})
