import { type Day, type Fen, parseDay, requireData } from '@unifare/core'

/** A charge on one of this issuer's media, as the centre's statement tells it. */
export interface StatementLine {
  readonly charge: string
  readonly verdict: string
  readonly side: string
  readonly counterparty: string
  readonly medium: string
  readonly account: string
  readonly mode: string
  readonly tapDay: Day
  readonly endAt: string
  /** Below zero in a reversal alone. */
  readonly amountFen: Fen
  /** Of a correction: the charge that it names. */
  readonly corrects?: string
  /** A correction that settled is two lines, one behind the other. */
  readonly entry?: 'reversal' | 'correction'
}

/** A charge with what it takes back. */
export interface StatedCharge extends StatementLine {
  /** Whole amount of the charge that it replaces; 0 for a first one, and one that did not settle. */
  readonly reversedFen: Fen
}

const TEXTS = [
  'charge',
  'verdict',
  'side',
  'counterparty',
  'medium',
  'account',
  'mode',
  'tapDay',
  'endAt',
] as const satisfies readonly (keyof StatementLine)[]

/**
 * Reads a part of a statement whole or throws `message.malformed`. `charges` are those that the
 * member pays, each correction with what it takes back; `statement` is everything, as it is kept.
 */
export function parseStatement(
  body: Readonly<Record<string, unknown>>,
  member: string,
): {
  readonly day: Day
  readonly part: number
  readonly statement: unknown
  readonly charges: readonly StatedCharge[]
} {
  const { day, part, statement } = body
  requireData(
    typeof day === 'string' && Number.isSafeInteger(part),
    'message.malformed',
    'a statement has a day and a part',
  )
  parseDay(day)
  const whole = statement as Partial<Record<string, unknown>> | null | undefined
  requireData(
    whole?.['member'] === member && Array.isArray(whole['lines']),
    'message.malformed',
    `not a statement of ${member}`,
  )
  const lines: readonly unknown[] = whole['lines']
  requireData(lines.every(isLine), 'message.malformed', 'a line of the statement cannot be read')
  return {
    day,
    part: Number(part),
    statement,
    charges: chargesOf(lines.filter(isLine).filter(({ side }) => side === 'pay')),
  }
}

/** Joins the two lines of every correction that settled. */
function chargesOf(lines: readonly StatementLine[]): StatedCharge[] {
  return lines.flatMap((line, index): StatedCharge[] => {
    const [before, next] = [lines[index - 1], lines[index + 1]]
    if (line.entry === 'reversal') {
      requireData(
        isPair(line, next),
        'message.malformed',
        `${line.charge} takes back and asks nothing`,
      )
      return []
    }
    if (line.entry !== 'correction') return [{ ...line, reversedFen: 0 }]
    requireData(
      isPair(before, line),
      'message.malformed',
      `${line.charge} corrects and takes nothing back`,
    )
    return [{ ...line, reversedFen: 0 - before.amountFen }]
  })
}

function isPair(
  before: StatementLine | undefined,
  next: StatementLine | undefined,
): before is StatementLine {
  return (
    before?.entry === 'reversal' &&
    next?.entry === 'correction' &&
    before.charge === next.charge &&
    before.corrects === next.corrects &&
    before.verdict === 'normal' &&
    next.verdict === 'normal' &&
    before.medium === 'code'
  )
}

function isLine(value: unknown): value is StatementLine {
  if (typeof value !== 'object' || value === null) return false
  const line = value as Partial<Record<string, unknown>>
  const { amountFen, corrects, entry } = line
  const isReversal = entry === 'reversal'
  return (
    TEXTS.every((name) => typeof line[name] === 'string') &&
    Number.isSafeInteger(amountFen) &&
    (isReversal ? Number(amountFen) <= 0 : Number(amountFen) >= 0) &&
    (corrects === undefined || typeof corrects === 'string') &&
    (entry === undefined || ((isReversal || entry === 'correction') && corrects !== undefined))
  )
}
