import {
  CASE_STATES,
  CONFLICT_KINDS,
  type ConflictCase,
  type ConflictSide,
  differingFields,
  readConflicts,
} from '@unifare/centre'
import { tapToJson } from '@unifare/tap'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openInstitutionStorage } from '../../party-storage.ts'
import { openStoredParty } from '../../stored-network.ts'

/** Prints the conflict cases of a stored centre; exit code 1 when there are any. */
export async function printCases({
  data,
  json,
}: {
  readonly data: string
  readonly json?: boolean
}): Promise<number> {
  const stored = await openStoredParty(data)
  try {
    const storage = await openInstitutionStorage(data, stored.id)
    const cases = await stored.repository.transaction((tx) => readConflicts(tx, storage))
    if (json === true) printJson({ centre: stored.id, cases: cases.map(told) })
    else if (cases.length === 0) printLines('no conflict cases · 无冲突案例')
    else printLines(...cases.flatMap(describe))
    return cases.length === 0 ? EXIT.ok : EXIT.differences
  } finally {
    await stored.close()
  }
}

/** A case for programs: contents as JSON, words in both languages. */
function told(one: ConflictCase): object {
  const side = (content: ConflictSide | null) =>
    content && { ...content, tap: tapToJson(content.tap) }
  return {
    ...one,
    at: one.at === null ? null : new Date(one.at).toISOString(),
    standing: side(one.standing),
    other: side(one.other),
    differences: one.standing === null ? null : differingFields(one.standing.tap, one.other.tap),
    text: CONFLICT_KINDS[one.kind],
    stateText: CASE_STATES[one.state],
  }
}

function describe(one: ConflictCase): string[] {
  const [kind, state] = [CONFLICT_KINDS[one.kind], CASE_STATES[one.state]]
  const until = one.deadline === null ? '' : `, until · 截止 ${one.deadline}`
  const differ = one.standing === null ? {} : differingFields(one.standing.tap, one.other.tap)
  return [
    `${one.key}: ${kind.en} · ${kind.zh}`,
    `  ${one.state}: ${state.en} · ${state.zh}${until}`,
    ...(one.standing === null ? [] : [`  stood first · 先到: ${sideText(one.standing)}`]),
    `  came against it · 后到: ${sideText(one.other)}`,
    ...Object.entries(differ).map(
      ([field, [first, second]]) =>
        `    ${field}: ${JSON.stringify(first)} ≠ ${JSON.stringify(second)}`,
    ),
    '',
  ]
}

function sideText({ deliveredBy, terminal, sequence, charge }: ConflictSide): string {
  const asked = charge === null ? '' : `, charge · 收费 ${charge}`
  return `operator · 收单机构 ${deliveredBy}, terminal · 终端 ${terminal}, record · 记录 ${sequence}${asked}`
}
