import { parseDay, SHANGHAI_OFFSET_MS } from '@unifare/core'
import {
  type Acceptance,
  type AcceptanceQuery,
  type Answer,
  type Reason,
  reason,
} from './answer.ts'
import { type Institution, institutions } from './institutions.ts'
import { type MembershipRow, simulatedMembership } from './membership.ts'
import { type AcceptanceStatus, modeNames } from './modes.ts'
import { aliases, findPlaces } from './places.ts'

const STATUS_ANSWER = {
  planned: 'no',
  trial: 'partly',
  converting: 'no',
  'in-service': 'yes',
  ended: 'no',
} as const satisfies Record<AcceptanceStatus, Answer>

const STATUS_TEXT = {
  planned: { zh: '计划中，尚不受理', en: 'planned, not taken yet' },
  trial: { zh: '试行中', en: 'on trial' },
  converting: { zh: '改造中，暂不受理', en: 'under conversion, not taken yet' },
  'in-service': { zh: '受理', en: 'taken' },
  ended: { zh: '已终止', en: 'ended' },
} as const satisfies Record<AcceptanceStatus, { zh: string; en: string }>

/** Whether simulated operators take a simulated issuer's medium. Never a fact of the real world. */
export function simulatedAcceptance(query: AcceptanceQuery): Acceptance {
  const { acceptor, issuer } = query
  const operators = membersOf('operator', acceptor.city, acceptor.line).filter(
    (one) =>
      one.modes.includes(query.mode) &&
      (acceptor.operator === undefined || one.id === acceptor.operator),
  )
  const issuers = issuersOf(issuer)
  if (operators.length === 0 || issuers.length === 0) {
    const { zh, en } = modeNames[query.mode]
    const why =
      issuers.length === 0
        ? simulatedReason('该发卡机构不是成员', 'the issuer is not a member')
        : simulatedReason(`没有${zh}成员`, `no member there runs ${en}`)
    return { answer: 'no', why: [why], rows: [] }
  }
  const rows = operators.flatMap(({ id }) =>
    issuers.flatMap((one) => inForce(query, id, one.id) ?? []),
  )
  const answers = new Set<Answer>(rows.map(({ status }) => STATUS_ANSWER[status]))
  const [only] = answers
  return {
    answer: answers.size === 1 && only !== undefined ? only : answers.size === 0 ? 'no' : 'partly',
    why:
      rows.length === 0 ? [simulatedReason('尚未生效', 'not in force yet')] : rows.map(rowReason),
    rows,
  }
}

/**
 * Simulated members of a role in a place, by Chinese or English name or code. In another city than
 * its own a member runs only the line it names there.
 */
export function membersOf(
  role: Institution['role'],
  city: string,
  line?: string,
): readonly Institution[] {
  const wanted = city.trim()
  const divisions = new Set([wanted, ...findPlaces(wanted).map(({ record }) => record.division)])
  return institutions().filter(
    (one) =>
      one.role === role &&
      (one.id === wanted ||
        aliases(one.cityZh).includes(wanted) ||
        one.cityEn.toLowerCase() === wanted.toLowerCase() ||
        divisions.has(one.division) ||
        one.alsoIn.some(
          (also) => divisions.has(also.division) && (line ?? also.line) === also.line,
        )),
  )
}

function issuersOf(issuer: AcceptanceQuery['issuer']): readonly Institution[] {
  if (issuer.institution !== undefined)
    return institutions().filter((one) => one.role === 'issuer' && one.id === issuer.institution)
  return issuer.city === undefined ? [] : membersOf('issuer', issuer.city)
}

/** The line of the relation in force: of those begun, the last one wins. */
function inForce(
  query: AcceptanceQuery,
  operator: string,
  issuer: string,
): MembershipRow | undefined {
  const medium = query.medium ?? 'card'
  const at =
    query.at === undefined ? Number.POSITIVE_INFINITY : parseDay(query.at) - SHANGHAI_OFFSET_MS
  return simulatedMembership().acceptance.findLast(
    (row) =>
      row.operator === operator &&
      row.issuer === issuer &&
      row.mode === query.mode &&
      row.medium === medium &&
      row.from <= at,
  )
}

function rowReason(row: MembershipRow): Reason {
  const { zh, en } = STATUS_TEXT[row.status]
  return simulatedReason(
    `${row.operator}对${row.issuer}：${zh}（自${row.fromDay}）`,
    `${row.operator} for ${row.issuer}: ${en} (from ${row.fromDay})`,
  )
}

/** A reason that is marked as simulated in both languages. */
export function simulatedReason(zh: string, en: string): Reason {
  return { ...reason(`［模拟］${zh}`, `[simulated] ${en}`), document: 'simulated' }
}
