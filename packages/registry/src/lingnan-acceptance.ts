import { type Acceptance, type AcceptanceQuery, reason } from './answer.ts'
import { lingnanPass } from './facts.ts'
import { findPlaces } from './places.ts'
import { acceptanceFacts } from './relation.ts'

/** A card of the regional network Lingnan Pass: 19 cities of Guangdong, names not listed. */
export function lingnanAcceptance(query: AcceptanceQuery): Acceptance {
  const pass = lingnanPass()
  const records = findPlaces(query.acceptor.city).map(({ record }) => record)
  const facts = acceptanceFacts().filter((fact) => fact.network === 'lingnan-pass')
  const counted = facts.find((fact) => fact.acceptor.count !== null)
  if (records.length > 0 && records.every((one) => one.province !== pass.province)) {
    const why = reason('岭南通只在广东省内', 'Lingnan Pass is a network of Guangdong', counted)
    return { answer: 'no', why: [why], rows: [] }
  }
  const row = facts.find(
    (fact) => fact.mode === query.mode && records.some((one) => one.name === fact.acceptor.name),
  )
  if (row !== undefined) {
    const why = reason(`${row.issuer.name}可用`, `${row.issuer.name} is taken`, row)
    return { answer: 'yes', why: [why], rows: [row] }
  }
  const member = pass.members.find((one) => records.some((record) => record.name === one.name))
  const source = member && { ...member, document: pass.document }
  const why = member
    ? reason(
        '为岭南通城市，未说明此交通方式',
        'a place of Lingnan Pass; this mode is not told',
        source,
      )
    : reason(
        `来源只给出${pass.cityCount}个城市的数目，未列名称`,
        `the source gives a number of cities (${pass.cityCount}), not their names`,
        counted,
      )
  return { answer: 'unknown', why: [why], rows: [] }
}
