import { type Day, type Fen, parseDay, requireData } from '@unifare/core'
import type { Position } from '../netting.ts'
import type { Statement } from '../statement.ts'

const CODE = 'message.malformed'
type Fields = Readonly<Record<string, unknown>>

/** A page of a member's statement, as a centre hands it down. */
export interface HandedPage {
  readonly day: Day
  readonly member: string
  readonly part: number
  readonly statement: Statement
}

/** What a day comes to for a child, behind its pages. */
export interface HandedResult {
  readonly day: Day
  readonly root: string
  readonly netFen: Fen
  readonly members: readonly Position[]
  readonly pages: number
}

/** What a page must have of each line: the rest is only shown. */
const LINE_TEXTS = ['charge', 'verdict', 'side', 'counterparty', 'medium', 'account'] as const
const ORDER_TEXTS = ['order', 'kind', 'side', 'counterparty'] as const

/**
 * Reads a page. Throws `message.malformed`: what a centre takes it applies for ever, and a wrong
 * shape that it came upon later would stop its intake or its close.
 */
export function readPage(body: Fields): HandedPage {
  const { member, part, statement } = body
  const fits =
    typeof member === 'string' &&
    isCount(part) &&
    isFields(statement) &&
    statement['member'] === member &&
    typeof statement['root'] === 'string' &&
    isFen(statement['roundingFen']) &&
    isPosition(statement['position'], member) &&
    (statement['ownPosition'] === undefined || isPosition(statement['ownPosition'], member)) &&
    isList(statement['lines'], isLine) &&
    isList(statement['orders'], isOrder) &&
    isList(statement['fromAbove'] ?? [], (one) => isPart(one, member))
  requireData(fits, CODE, 'a page has a member, a number, and the statement with its lines')
  const day = readDay(body)
  requireData(statement['day'] === day, CODE, `a page of ${day} is not of another day`)
  return { day, member, part, statement: statement as unknown as Statement }
}

/** Reads a result. Throws `message.malformed`. */
export function readResult(body: Fields): HandedResult {
  const { root, netFen, members, pages } = body
  const fits =
    typeof root === 'string' &&
    isFen(netFen) &&
    isCount(pages) &&
    isList(members, (one) => isFields(one) && isPosition(one, one['id']))
  requireData(fits, CODE, 'a result has a root, a sum, its parts, and the count of its pages')
  return { day: readDay(body), root, netFen, pages, members: members as unknown as Position[] }
}

function readDay({ day }: Fields): Day {
  requireData(typeof day === 'string', CODE, 'a result has a day')
  parseDay(day)
  return day
}

function isLine(line: Fields): boolean {
  const { taps, amountFen } = line
  const named = Array.isArray(taps) && taps.every((tap) => typeof tap === 'string')
  return named && isFen(amountFen) && hasTexts(line, LINE_TEXTS)
}

function isOrder(order: Fields): boolean {
  return isFen(order['amountFen']) && hasTexts(order, ORDER_TEXTS)
}

function isPart(part: Fields, member: string): boolean {
  return hasTexts(part, ['centre', 'day', 'root']) && isPosition(part['position'], member)
}

/** A position whose parts come to its net. */
function isPosition(value: unknown, id: unknown): boolean {
  if (!isFields(value) || typeof id !== 'string' || value['id'] !== id) return false
  const { receivableFen, payableFen, netFen } = value
  return isFen(receivableFen) && isFen(payableFen) && receivableFen - payableFen === netFen
}

function hasTexts(value: Fields, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'string')
}

function isList(value: unknown, fits: (one: Fields) => boolean): value is readonly Fields[] {
  return Array.isArray(value) && value.every((one) => isFields(one) && fits(one))
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isFen(value: unknown): value is Fen {
  return Number.isSafeInteger(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
