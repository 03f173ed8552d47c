import { businessDayStart, type Day, requireData, type Storage, type Tx } from '@unifare/core'
import { MODES, type Mode, parseTap, type Tap } from '@unifare/tap'
import {
  bpOf,
  type CardPrefix,
  type ClearedLine,
  clOf,
  codeListAt,
  crOf,
  erOf,
  type FileKind,
  fbOf,
  type LeftOut,
  ldOf,
  type RecordOfKind,
  type ResultRules,
  type Role,
  whiteListOf,
  writeFile,
  writeFileName,
} from '@unifare/tunion'
import type { ClosingRules } from '../close.ts'
import type { OwnFile, OwnFiles } from '../own-files.ts'
import type { Statement, StatementLine } from '../statement.ts'
import { loadStatement } from '../statement-pages.ts'
import { days, taps } from '../tables.ts'
import {
  type DetailKind,
  linesOfKind,
  numberingOf,
  ownLines,
  pagesOfRecords,
} from './result-splits.ts'
import { files } from './tables.ts'
import { RESULT_CODES } from './verdict-codes.ts'

/** A member that asks for result files of the T-Union-like profile, and what it is. */
export interface FileMember {
  readonly id: string
  readonly roles: readonly Role[]
}

/** What result files depend on beside the closed day. */
export interface ResultOptions {
  readonly centre: string
  /** Whose card numbers begin how, for BN; no BN when not given. */
  readonly prefixes?: readonly CardPrefix[] | undefined
}

/** One result file, and what of the member's day has no place in it. */
export interface ResultFile {
  readonly name: string
  readonly kind: FileKind
  readonly records: number
  readonly bytes: Uint8Array
  readonly left: readonly LeftOut[]
}

/**
 * A member's result files of a closed day: LD, FB and BN to an acquirer, CL to an issuer, BP, ER and
 * CR to everybody, empty ones too. FB and CL of more records than a file may count are several
 * files, numbered on. A function of what is stored: made again they are the same bytes.
 * Throws `centre.day-open` for a day that is not closed.
 */
export async function resultFilesOf(
  tx: Tx,
  options: ResultOptions & { readonly day: Day; readonly member: FileMember },
): Promise<ResultFile[]> {
  const { day, centre, member, prefixes } = options
  const closed = (await tx.select(days, {})).filter((row) => row.day <= day)
  const last = closed.at(-1)
  requireData(last?.day === day, 'centre.day-open', `${day} is not closed`)
  const statement = await loadStatement(tx, { day, member: member.id })
  const numbering = await numberingOf(tx, { member: member.id, day, closed: closed.length })
  const lines = await clearedLines(tx, statement)
  // A clock that was wrong may say that the day was closed before it began.
  const closedAt = Math.max(last.closedAt, businessDayStart(day))
  const rules: ResultRules = { clearing: centre, codes: codeListAt(RESULT_CODES, closedAt) }
  const [first = 'acquirer'] = member.roles
  const made: ResultFile[] = []
  const put = <K extends FileKind>(
    kind: K,
    role: Role,
    pages: readonly {
      readonly records: readonly RecordOfKind<K>[]
      readonly left?: readonly LeftOut[]
    }[],
  ) => {
    for (const [part, { records, left = [] }] of pages.entries()) {
      const sequence = numbering.first(kind) + part
      const name = writeFileName({ kind, day, role, institution: member.id, sequence })
      const bytes = writeFile(kind, { day, receiver: member.id }, records)
      made.push({ name, kind, records: records.length, bytes, left })
    }
  }
  /** Cleared lines of a kind, a page for each file. */
  const pagesOf = (kind: DetailKind): ClearedLine[][] => {
    const own = statement === undefined ? [] : linesOfKind(statement, kind)
    return pagesOfRecords(own, numbering.most(kind)).map((page) =>
      page.flatMap((line) => lines.get(line) ?? []),
    )
  }
  if (member.roles.includes('acquirer')) {
    const own = (await tx.select(files, { day })).filter(({ sender }) => sender === member.id)
    const processed = own.toSorted((a, b) => a.number - b.number)
    put('LD', 'acquirer', [{ records: ldOf(processed, rules.codes) }])
    put(
      'FB',
      'acquirer',
      pagesOf('FB').map((page) => fbOf(page, rules)),
    )
  }
  if (member.roles.includes('acquirer') && prefixes !== undefined) {
    const { acceptance } = last.rules as ClosingRules
    put('BN', 'acquirer', [whiteListOf(acceptance.rows, { operator: member.id, prefixes })])
  }
  if (member.roles.includes('issuer')) {
    put(
      'CL',
      'issuer',
      pagesOf('CL').map((page) => clOf(page, rules)),
    )
  }
  const none = { receivableFen: 0, payableFen: 0, netFen: 0 }
  put('BP', first, [{ records: [bpOf(statement?.position ?? none)] }])
  put('ER', first, [{ records: RESULT_CODES.map(erOf) }])
  put('CR', first, [{ records: crOf([...lines.values()], rules) }])
  return made
}

/** Charges of a member's statement, each once, with their taps. */
async function clearedLines(
  tx: Tx,
  statement: Statement | undefined,
): Promise<ReadonlyMap<StatementLine, ClearedLine>> {
  if (statement === undefined) return new Map()
  const { member, day } = statement
  const own = ownLines(statement)
  const keys = own.flatMap((line) => line.taps.map(deliveryOf))
  const found = await tx.get(taps, keys)
  const byName = new Map<string, Tap>()
  found.forEach((row, index) => {
    const key = keys[index]
    if (row !== undefined && key !== undefined && row.identity !== '') {
      byName.set(`${key.terminal}-${key.sequence}`, parseTap(row.raw))
    }
  })
  return new Map(own.map((line) => [line, lineOf(line, { member, day, byName })]))
}

function deliveryOf(name: string): { readonly terminal: string; readonly sequence: number } {
  const [terminal = '', sequence] = name.split('-')
  return { terminal, sequence: Number(sequence) }
}

function lineOf(
  line: StatementLine,
  {
    member,
    day,
    byName,
  }: { readonly member: string; readonly day: Day; readonly byName: ReadonlyMap<string, Tap> },
): ClearedLine {
  const receives = line.side === 'receive'
  const { mode } = line
  if (!isMode(mode)) throw new TypeError(`a charge of mode ${mode}`)
  return {
    number: Number(line.charge.split('-')[1]),
    day,
    operator: receives ? member : line.counterparty,
    issuer: receives ? line.counterparty : member,
    medium: line.medium === 'code' ? 'code' : 'card',
    mode,
    verdict: line.verdict,
    test: line.verdict === 'test',
    reversal: line.shareMicro.startsWith('-'),
    amountFen: line.amountFen,
    feeMicro: BigInt(line.feeMicro),
    issuerMicro: BigInt(line.issuerMicro),
    acquirerMicro: BigInt(line.acquirerMicro),
    centreMicro: BigInt(line.centreMicro),
    taps: line.taps.flatMap((name) => byName.get(name) ?? []),
  }
}

function isMode(mode: string): mode is Mode {
  return Object.hasOwn(MODES, mode)
}

/** Name of the last of a member's result files of a day, in the order in which they are written. */
async function lastName(
  tx: Tx,
  {
    day,
    member,
    closed,
  }: { readonly day: Day; readonly member: FileMember; readonly closed: number },
): Promise<string> {
  const numbering = await numberingOf(tx, { member: member.id, day, closed })
  const [role = 'acquirer'] = member.roles
  const sequence = numbering.first('CR')
  return writeFileName({ kind: 'CR', day, role, institution: member.id, sequence })
}

/** The result files of members, a day's of each together. */
export function resultFiles(
  storage: Storage,
  options: ResultOptions & { readonly members: readonly FileMember[] },
): OwnFiles {
  const { members, ...told } = options
  const filesOf = (day: Day, member: FileMember): OwnFile => ({
    name: `results-${day}-${member.id}`,
    member: member.id,
    async write(tx) {
      for (const { name, bytes } of await resultFilesOf(tx, { ...told, day, member })) {
        await storage.replace(name, bytes)
      }
    },
  })
  return {
    kind: 'results',
    async due(tx, { day: only, window } = {}) {
      if (window !== undefined || members.length === 0) return []
      if (only !== undefined) return members.map((member) => filesOf(only, member))
      const missing: OwnFile[] = []
      for (const [index, { day }] of (await tx.select(days, {})).entries()) {
        for (const member of members) {
          const last = await lastName(tx, { day, member, closed: index + 1 })
          const [there] = await storage.list(last)
          if (there === undefined) missing.push(filesOf(day, member))
        }
      }
      return missing
    },
  }
}
