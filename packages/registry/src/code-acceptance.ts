import {
  type Acceptance,
  type AcceptanceQuery,
  type Answer,
  type Reason,
  reason,
} from './answer.ts'
import { facts } from './facts.ts'
import { modeNames } from './modes.ts'
import { findPlaces } from './places.ts'
import { type RegistryRecord, registryRecords } from './record.ts'
import { type AcceptanceFact, acceptanceFacts } from './relation.ts'

/** A ride code of a brand (or of any brand of a city), by the ride-code document. */
export function codeAcceptance(query: AcceptanceQuery): Acceptance {
  const brands = brandRecords(query)
  if (brands.length === 0) {
    const named = query.issuer.brand ?? query.issuer.city ?? '?'
    const why = reason(`文件中没有“${named}”的乘车码`, `the document tells of no code of ${named}`)
    return { answer: 'unknown', why: [why], rows: [] }
  }
  const brandNames = new Set(brands.map((one) => one.brand))
  const here = findPlaces(query.acceptor.city, brands).map(({ record }) => record)
  const rows = acceptanceFacts().filter(
    (fact) =>
      fact.network === 'ride-code' &&
      fact.mode === query.mode &&
      brandNames.has(fact.issuer.name) &&
      findPlaces(query.acceptor.city).some(({ record }) => record.name === fact.acceptor.name),
  )
  const { answer, why } = answerFor(query, here, rows)
  return { answer, why: [...why, dated(brands)], rows }
}

function brandRecords({ issuer }: AcceptanceQuery): readonly RegistryRecord[] {
  const codes = registryRecords().filter((one) => one.network === 'ride-code')
  if (issuer.brand !== undefined)
    return codes.filter((one) => one.brand === issuer.brand || one.brandPrinted === issuer.brand)
  return issuer.city === undefined ? [] : findPlaces(issuer.city, codes).map(({ record }) => record)
}

function answerFor(
  query: AcceptanceQuery,
  here: readonly RegistryRecord[],
  rows: readonly AcceptanceFact[],
): { readonly answer: Answer; readonly why: readonly Reason[] } {
  const { zh, en } = modeNames[query.mode]
  const serving = rows.find((fact) => fact.status === 'in-service')
  if (serving !== undefined) {
    const { lines } = serving.acceptor
    const limited = lines !== null && lines !== query.acceptor.line
    const why = limited
      ? reason(`仅${lines}`, `only the line ${lines}`, serving)
      : reason(`${zh}可用`, `${en} takes the code`, serving)
    return { answer: limited ? 'partly' : 'yes', why: [why] }
  }
  if (here.length === 0) return { answer: 'no', why: [apart()] }
  if (here.every((one) => one.modes[query.mode] === false)) {
    const why = here.map((one) =>
      reason(`${one.brand}不用于${zh}`, `${one.brand} is not for ${en}`, {
        words: one.note ?? zh,
        document: one.network,
        sourceLine: one.sourceLine,
      }),
    )
    return { answer: 'no', why }
  }
  return {
    answer: 'unknown',
    why: [reason(`文件未说明${zh}`, `the document does not tell of ${en}`)],
  }
}

/** Codes of different brands are not interchangeable. */
function apart(): Reason {
  const rule = facts().rules.find((one) => one.id === 'codes-apart')
  return reason('该乘车码只在本地使用', 'this code works in its own place only', rule)
}

function dated(brands: readonly RegistryRecord[]): Reason {
  const asOf = brands[0]?.asOf ?? '?'
  return reason(`资料时间：${asOf}，其后变化未知`, `as of ${asOf}; later changes are not known`)
}
