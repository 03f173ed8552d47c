import type { FetchedList } from '@unifare/bundle'
import { days, chargesOf as judgedCharges } from '@unifare/centre'
import type { TapTrace, TraceStep } from '@unifare/console'
import { type Tx, UnifareError } from '@unifare/core'
import { statements as issuerStatements, rides } from '@unifare/issuer'
import { entriesOfDay } from '@unifare/ledger'
import { charges, identities, statements, type TapRow, taps } from '@unifare/operator'
import {
  type Charge,
  chargeId,
  chargeToJson,
  deliveryId,
  parseCharge,
  parseTap,
  parseTapId,
  tapToJson,
} from '@unifare/tap'
import type { LocalNetwork } from '@unifare/twin'

/** The way of a tap, and whether every stage was found. */
export interface Trace extends TapTrace {
  readonly complete: boolean
}

const TEXTS = {
  journal: { zh: '终端日志中的原始记录', en: "raw record in the terminal's journal" },
  operator: { zh: '收单机构受理', en: 'taken in by the operator' },
  charge: { zh: '收费记录', en: 'charge' },
  verdict: { zh: '清分结论', en: "clearing's verdict" },
  ledger: { zh: '清分中心账务分录', en: "entries in the centre's ledger" },
  'statement-operator': { zh: '收单机构对账单', en: "line on the operator's statement" },
  'statement-issuer': { zh: '发卡机构对账单', en: "line on the issuer's statement" },
} as const satisfies Record<TraceStep['step'], { zh: string; en: string }>

/** A refusal, a gate event, a void or repeated tap moves no money: its way ends at the operator. */
const ENDS_AT_OPERATOR: ReadonlySet<string> = new Set(['noted', 'void', 'duplicate', 'quarantined'])

/**
 * Follows a tap through journal, charge, verdict, ledger and published statements, and nothing
 * else: what cannot be found there is reported as missing. Throws `trace.unknown-tap`.
 */
export async function traceTap(network: LocalNetwork, name: string): Promise<Trace> {
  const { id, form } = parseTapId(name)
  for (const operator of network.operators.values()) {
    const row = await operator.read((tx) => findTap(tx, id, form))
    if (row === undefined) continue
    const asked = await operator.read((tx) => findCharges(tx, row))
    const charge = asked.at(-1)
    const steps = [
      step('journal', await journalRecord(network, row)),
      step('operator', {
        state: row.state,
        note: row.note,
        delivery: deliveryId(row),
        lists: operator.fetched().map(listText),
      }),
      ...(ENDS_AT_OPERATOR.has(row.state)
        ? []
        : [
            step('charge', charge && { ...chargeToJson(charge), ...historyOf(asked) }),
            ...(charge === undefined ? [] : await clearingSteps(network, charge)),
          ]),
    ]
    return { tap: name, complete: steps.every(({ found }) => found), steps }
  }
  throw new UnifareError('trace.unknown-tap', `no operator of this network knows the tap ${name}`)
}

async function findTap(
  tx: Tx,
  id: string,
  form: 'medium' | 'delivery',
): Promise<TapRow | undefined> {
  if (form === 'medium') {
    const [first] = await tx.get(identities, [{ identity: id }])
    return first && (await tx.get(taps, [first]))[0]
  }
  const [terminal = '', sequence] = id.split('-')
  return (await tx.get(taps, [{ terminal, sequence: Number(sequence) }]))[0]
}

/** What was asked for a tap, the latest charge last. */
async function findCharges(tx: Tx, row: TapRow): Promise<readonly Charge[]> {
  const own = await tx.select(charges, { rider: row.rider })
  return own
    .map(({ raw }) => parseCharge(raw))
    .filter(({ taps: named }) =>
      named.some(
        ({ terminal, sequence }) => terminal === row.terminal && sequence === row.sequence,
      ),
    )
}

/** The charges that the latest one took the place of; nothing of a first one. */
function historyOf(asked: readonly Charge[]): { readonly corrected?: readonly object[] } {
  const before = asked.slice(0, -1)
  if (before.length === 0) return {}
  return {
    corrected: before.map((charge) => ({ charge: chargeId(charge), amountFen: charge.amountFen })),
  }
}

async function journalRecord(network: LocalNetwork, row: TapRow): Promise<unknown> {
  const terminal = network.terminals.get(row.terminal)
  const bytes = await terminal?.record(row.sequence)
  return (
    terminal &&
    bytes && {
      bytes: Buffer.from(bytes).toString('hex').toUpperCase(),
      record: tapToJson(parseTap(bytes)),
      lists: terminal.status().fetched.map(listText),
    }
  )
}

/** How a list last came: as what changed since a version, or whole, and the bytes of both. */
function listText({ kind, publisher, version, since, bytes, wholeBytes }: FetchedList): string {
  const name = `${kind} of ${publisher}, version ${version}`
  return since === 0
    ? `${name}: whole, ${bytes} bytes`
    : `${name}: changes since version ${since}, ${bytes} bytes of ${wholeBytes}`
}

async function clearingSteps(network: LocalNetwork, charge: Charge): Promise<TraceStep[]> {
  const { operator, number, issuer } = charge
  const id = `${operator}-${number}`
  const verdict = await network.centre.read(async (tx) => {
    const [row] = await judgedCharges(tx, [{ operator, number }])
    if (row === undefined || row.day === '') return undefined
    const [day] = await tx.get(days, [{ day: row.day }])
    return { verdict: row.verdict, day: row.day, root: day?.root }
  })
  if (verdict === undefined) return [step('verdict', undefined)]
  const entries = await network.centre.read((tx) => entriesOfDay(tx, verdict.day))
  const booked = entries
    .map((entry) => ({
      ...entry,
      postings: entry.postings.filter(
        ({ account }) => account.includes(operator) || account.includes(issuer),
      ),
    }))
    .filter(({ postings }) => postings.length > 0)
  const published = await network.operators
    .get(operator)
    ?.read((tx) => tx.select(statements, { day: verdict.day }))
  const paid = await network.issuers.get(issuer)?.issuer.read(async (tx) => {
    const parts = await tx.select(issuerStatements, { day: verdict.day })
    const [ride] = await tx.get(rides, [{ charge: id }])
    return { line: lineOf(parts, id), ride: ride?.state }
  })
  return [
    step('verdict', verdict),
    step('ledger', booked.length === 0 ? undefined : booked),
    step('statement-operator', lineOf(published ?? [], id)),
    step('statement-issuer', paid?.line && paid),
  ]
}

function lineOf(parts: readonly { readonly statement: unknown }[], charge: string): unknown {
  return parts
    .flatMap(
      ({ statement }) => (statement as { lines: { charge: string; entry?: string }[] }).lines,
    )
    .find((line) => line.charge === charge && line.entry !== 'reversal')
}

function step(name: TraceStep['step'], data: unknown): TraceStep {
  return { step: name, found: data !== undefined, ...TEXTS[name], data: data ?? null }
}
