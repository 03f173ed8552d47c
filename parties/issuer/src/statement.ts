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
  readonly amountFen: Fen
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
 * Reads a part of a statement whole or throws `message.malformed`. `lines` are those that the
 * member pays; `statement` is everything, as it is kept.
 */
export function parseStatement(
  body: Readonly<Record<string, unknown>>,
  member: string,
): {
  readonly day: Day
  readonly part: number
  readonly statement: unknown
  readonly lines: readonly StatementLine[]
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
    lines: lines.filter(isLine).filter(({ side }) => side === 'pay'),
  }
}

function isLine(value: unknown): value is StatementLine {
  if (typeof value !== 'object' || value === null) return false
  const line = value as Partial<Record<string, unknown>>
  return (
    TEXTS.every((name) => typeof line[name] === 'string') &&
    Number.isSafeInteger(line['amountFen']) &&
    Number(line['amountFen']) >= 0
  )
}
