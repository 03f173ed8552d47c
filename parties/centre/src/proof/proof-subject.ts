import { UnifareError } from '@unifare/core'
import type { Subject } from './subject.ts'

/** Forms of names, and what each one names. */
const NAMES = [
  [/^(\d{8}-\d{1,10})$/, (charge: string): Subject => ({ kind: 'charge', charge })],
  [/^(\d{12}-\d{1,10})$/, (delivery: string): Subject => ({ kind: 'tap', delivery })],
  [
    /^order\/(\d{8})\/([a-z0-9-]{8,64})$/,
    (issuer: string, order: string): Subject => ({ kind: 'order', issuer, order }),
  ],
  [/^position\/(\d{8})$/, (member: string): Subject => ({ kind: 'position', member })],
] as const

/**
 * Reads the name of what can be proved: a charge `<operator>-<number>`, a tap
 * `<terminal>-<sequence>`, `order/<issuer>/<order>`, `position/<member>`. Throws `proof.bad-name`.
 */
export function parseSubject(name: string): Subject {
  for (const [form, make] of NAMES) {
    const [, first = '', second = ''] = form.exec(name) ?? []
    if (first !== '') return make(first, second)
  }
  throw new UnifareError('proof.bad-name', `"${name}": ${NAME_HELP}`)
}

const NAME_HELP =
  'write <operator>-<number>, <terminal>-<sequence>, card-<issuer>-<number>-<counter>, code-<issuer>-<account>-<time>, order/<issuer>/<order> or position/<member>'

/** The name that `parseSubject` reads. */
export function subjectName(subject: Subject): string {
  switch (subject.kind) {
    case 'charge':
      return subject.charge
    case 'tap':
      return subject.delivery
    case 'order':
      return `order/${subject.issuer}/${subject.order}`
    case 'position':
      return `position/${subject.member}`
  }
}
