import { canonicalJson, concat, type Day, requireData, sumFen, type Tx, utf8 } from '@unifare/core'
import type { Input } from '@unifare/institution'
import type { Message } from '@unifare/tap'
import type { Stated } from '../day-outcome.ts'
import type { Position } from '../netting.ts'
import type { Statement } from '../statement.ts'
import { textAround } from '../statement-text.ts'
import type { FromAbove } from './money.ts'
import { type HandedPage, type HandedResult, readPage, readResult } from './read-result.ts'
import { tierCharges, tierPages, tierResults } from './tables.ts'
import { type ChildResult, resultsByChild } from './tiers.ts'

/**
 * Hands what a closed day comes to down to the children: the statements of all members below them,
 * page by page, and behind those one result, whose parts sum to what the child is to get or give.
 */
export async function handDown(
  stated: readonly Stated[],
  options: Parameters<typeof resultsByChild>[1] & {
    readonly root: string
    readonly isChild: (unit: string) => boolean
    readonly input: Pick<Input, 'send' | 'storeSent'>
  },
): Promise<void> {
  const { day, root, input } = options
  const positions = stated.map(({ statement }) => statement.position)
  for (const result of resultsByChild(positions, options)) {
    const { unit, netFen, members } = result
    if (!options.isChild(unit)) continue
    let pages = 0
    for (const { statement, lines } of statedFor(stated, result)) {
      const { member } = statement
      let part = 0
      for await (const page of lines()) {
        const { head, tail } = textAround(statement, (own) => ({
          tier: 'page',
          day,
          member,
          part,
          statement: own,
        }))
        input.send(unit, 'statement', concat(utf8(head), page, utf8(tail)))
        await input.storeSent()
        part += 1
      }
      pages += part
    }
    const body = { tier: 'result', day, root, netFen, members, pages }
    input.send(unit, 'statement', utf8(canonicalJson(body)))
  }
}

function statedFor(stated: readonly Stated[], { members }: ChildResult): readonly Stated[] {
  const below = new Set(members.map(({ id }) => id))
  return stated.filter(({ statement }) => below.has(statement.member))
}

/**
 * Takes a page or the result of a day of the centre above. A result is taken when all of its pages
 * are there and say the same, and its parts sum to it; its verdicts are those of the charges that were
 * sent up. It stands on the statements of the next own day that closes.
 */
export async function takeFromAbove(
  tx: Tx,
  message: Pick<Message, 'sender'>,
  body: Readonly<Record<string, unknown>>,
): Promise<null> {
  if (body['tier'] === 'page') await keepPage(tx, message.sender, readPage(body))
  else await takeResult(tx, message.sender, readResult(body))
  return null
}

async function keepPage(tx: Tx, centre: string, page: HandedPage): Promise<void> {
  await requireFirst(tx, { centre, day: page.day })
  await tx.put(tierPages, [{ centre, ...page }])
}

/** A result that came settles: nothing comes behind it, nor another one in its place. */
async function requireFirst(
  tx: Tx,
  key: { readonly centre: string; readonly day: Day },
): Promise<void> {
  const [result] = await tx.get(tierResults, [key])
  requireData(result === undefined, 'tier.bad-result', `the result of ${key.day} has come`)
}

async function takeResult(
  tx: Tx,
  centre: string,
  { day, root, netFen, members: parts, pages }: HandedResult,
): Promise<void> {
  await requireFirst(tx, { centre, day })
  const rows = await tx.select(tierPages, { centre, day })
  requireData(rows.length === pages, 'message.malformed', `${rows.length} pages came of ${pages}`)
  const told = new Map(
    rows.map(({ member, statement }) => [member, (statement as Statement).position]),
  )
  const same =
    told.size === parts.length &&
    parts.every((part) => canonicalJson(told.get(part.id) ?? null) === canonicalJson(part))
  requireData(same, 'tier.bad-result', `the pages of ${day} say otherwise than its result`)
  const sum = sumFen(parts.map((part) => part.netFen))
  requireData(sum === netFen, 'tier.bad-result', `the parts come to ${sum}, not ${netFen}`)
  await tx.put(tierResults, [{ centre, day, root, netFen: sum, members: parts, stated: '' }])
  const statements = rows.map(({ statement }) => statement as Statement)
  await keepVerdicts(tx, statements, day)
}

/** Notes the verdicts that came down at the charges that went up. */
async function keepVerdicts(tx: Tx, statements: readonly Statement[], day: Day): Promise<void> {
  const verdicts = new Map(
    statements.flatMap(({ lines }) =>
      lines.filter(({ side }) => side === 'receive').map((line) => [line.charge, line.verdict]),
    ),
  )
  const keys = [...verdicts.keys()].map((charge) => {
    const [operator = '', number] = charge.split('-')
    return { operator, number: Number(number) }
  })
  const rows = (await tx.get(tierCharges, keys)).filter((row) => row !== undefined)
  await tx.put(
    tierCharges,
    rows.map((row) => {
      const verdict = verdicts.get(`${row.operator}-${row.number}`) ?? ''
      return { ...row, day, verdict }
    }),
  )
}

/** Results that no own day has on its statements yet, in their order. */
export async function waitingFromAbove(tx: Tx): Promise<FromAbove[]> {
  const rows = await tx.select(tierResults, { stated: '' })
  return rows.map(({ centre, day, root, netFen, members }) => {
    return { centre, day, root, netFen, members: members as Position[] }
  })
}

/** Notes on which own day results stand. */
export async function stateFromAbove(tx: Tx, above: readonly FromAbove[], day: Day): Promise<void> {
  await tx.put(
    tierResults,
    above.map((one) => ({ ...one, stated: day })),
  )
}
