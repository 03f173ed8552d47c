import {
  type CardEvidence,
  type CardView,
  checkCard,
  debit,
  type Industry,
  openRide,
  preparePurchase,
  purchaseCounter,
  type RideStep,
  readCard,
  recover,
  rideRecords,
  type Travel,
  type TravelPlace,
  type TravelRecord,
} from '@unifare/card'
import { shanghaiDigits, toHex, UnifareError } from '@unifare/core'
import type { Mode } from '@unifare/registry'
import { EXIT, printJson, printLines, tell } from '../../output.ts'
import { money } from './apdu-fields.ts'
import { type DemoTerminal, openTerminal } from './demo-terminal.ts'
import { operatorOf } from './issuer-choice.ts'
import { openKeyRing } from './key-ring.ts'
import { type CardChoice, type OpenCard, openCard } from './open-card.ts'
import { refused } from './refusal.ts'
import { openTerminalBook, type TerminalBook } from './terminal-book.ts'
import { inLanguage, type Text } from './text.ts'

/** Modes a demonstration terminal stands for, and the industry code each writes. */
export const TAP_MODES = {
  bus: 'bus',
  metro: 'metro',
  ferry: 'ferry',
  taxi: 'taxi',
  bicycle: 'bicycle',
} as const satisfies Partial<Record<Mode, Industry>>

/** What `unifare card tap` is asked. */
export interface TapOptions extends CardChoice {
  readonly json?: boolean
  readonly data: string
  readonly keys?: string
  readonly mode: keyof typeof TAP_MODES
  readonly amount?: number
  readonly entry?: boolean
  readonly exit?: boolean
  /** Written by the counter, as a correction. */
  readonly repair?: boolean
  /** What the ride costs when it is never ended. */
  readonly marked?: number
  readonly line: number
  readonly station: number
}

/** Records that the modes above write. */
const TRAVEL: readonly TravelRecord[] = ['rail', 'bus', 'water', 'taxi', 'bicycle']
const FLAT_FARE_FEN = 200
const MAX_FARE_FEN = 1_500

/** One purchase at a demonstration terminal, journalled before DEBIT and recovered after a cut. */
export async function tapCard(file: string | undefined, options: TapOptions): Promise<number> {
  if (options.entry === true && options.exit === true) {
    throw bad('a tap is an entry or an exit, not both')
  }
  const ring = await openKeyRing(options.keys)
  const book = await openTerminalBook(options.data)
  const card = await openCard(file, options)
  try {
    const read = await readCard(card.transport, { records: TRAVEL })
    if (!read.ok) throw refused(read)
    const { view } = read
    const operator = operatorOf(view.city, options.mode)
    const at = Date.now()
    const day = shanghaiDigits(at).slice(0, 8)
    const terminal = await openTerminal(ring, {
      institution: operator.id,
      serial: book.serial,
      choice: options,
    })
    await recoverPending({ card, terminal, book, view })
    const checked = checkCard(view, { day, home: view.city === operator.city })
    if (!checked.ok) throw refused(checked)
    const place = {
      city: operator.city,
      institution: operator.id,
      line: options.line,
      station: options.station,
    }
    const evidence = await pay({ card, terminal, book, view, place, at, options })
    return report(evidence, { view, operator: operator.nameEn, options })
  } finally {
    await card.close()
  }
}

interface Tap {
  readonly card: OpenCard
  readonly terminal: DemoTerminal
  readonly book: TerminalBook
  readonly view: CardView
}

/** A purchase whose answer was lost is settled before anything new begins. */
async function recoverPending({ card, terminal, book, view }: Tap): Promise<void> {
  const pending = book.pending(view.number)
  if (!pending) return
  const { chip, psam } = terminal
  const found = await recover({ transport: card.transport, psam, pending, view })
  if (found.outcome === 'other-card') return
  if (found.outcome === 'unknown' && found.code !== 'card.no-proof') {
    throw refused({ ok: false, code: found.code })
  }
  // Two purchases of one card must never share terminal and serial.
  if (found.outcome === 'unknown') chip.advanceTo(pending.terminalSerial + 1)
  const evidence = found.outcome === 'completed' ? found.evidence : undefined
  await book.settle(view.number, { ...(evidence && { evidence }), serial: chip.serial() })
  tell(`unifare: ${inLanguage(RECOVERED[found.outcome], undefined)}`)
}

const RECOVERED = {
  completed: {
    en: 'the tap before was paid; its proof is kept now',
    zh: '上次交易已完成，已补取交易认证',
  },
  'not-debited': { en: 'the tap before did not happen', zh: '上次交易未发生' },
  unknown: {
    en: 'what became of the tap before cannot be proved; its issuer decides',
    zh: '上次交易无法认证，由发卡机构核定',
  },
} as const satisfies Record<string, Text>

async function pay(
  tap: Tap & { readonly place: TravelPlace; readonly at: number; readonly options: TapOptions },
): Promise<CardEvidence> {
  const { card, terminal, book, view, options, at } = tap
  const { psam, chip } = terminal
  const amountFen = options.amount ?? (options.entry === true ? 0 : FLAT_FARE_FEN)
  const prepared = await preparePurchase({
    transport: card.transport,
    psam,
    view,
    amountFen,
    at,
    records: rideRecords(view, stepOf(view, tap.place, options)),
  })
  if (!prepared.ok) throw refused(prepared)
  await book.keepPending(view.number, prepared.pending)
  const result = await debit({ transport: card.transport, psam, pending: prepared.pending })
  if (result.ok) {
    await book.settle(view.number, { evidence: result.evidence, serial: chip.serial() })
    return result.evidence
  }
  if (result.state === 'uncertain') {
    throw new UnifareError(
      'card.torn',
      'the card left before it answered; present it again: the same tap is never paid twice',
    )
  }
  if (result.state === 'suspect') chip.advanceTo(prepared.pending.terminalSerial + 1)
  await book.settle(view.number, { serial: chip.serial() })
  throw refused(result)
}

const LINKED = { metro: 'rail', bus: 'bus', bicycle: 'bicycle' } as const satisfies Partial<
  Record<keyof typeof TAP_MODES, Travel>
>

/** What the tap writes: one ride, or one of the two ends of a ride that the card keeps. */
function stepOf(view: CardView, place: TravelPlace, options: TapOptions): RideStep {
  const { mode, entry, exit, repair: corrected = false } = options
  const step = { industry: TAP_MODES[mode], place }
  if (entry !== true && exit !== true) return { ...step, do: 'single', distanceM: 0 }
  const travel = mode in LINKED ? LINKED[mode as keyof typeof LINKED] : undefined
  if (travel === undefined) throw bad(`a ${mode} ride is one tap: leave --entry and --exit out`)
  const open = openRide(view, travel)
  if (entry === true) {
    return { ...step, do: 'begin', travel, corrected, markedFen: options.marked ?? MAX_FARE_FEN }
  }
  if (open === null) throw bad('the card did not enter: tap with --entry first')
  return { ...step, do: 'end', travel, corrected }
}

function bad(message: string): UnifareError {
  return new UnifareError('card.bad-trip', message)
}

function report(
  evidence: CardEvidence,
  told: { readonly view: CardView; readonly operator: string; readonly options: TapOptions },
): number {
  const { view, operator, options } = told
  const paid = {
    number: view.number,
    counter: purchaseCounter(evidence),
    amountFen: evidence.amountFen,
    balanceFen: evidence.balanceAfterFen,
    terminal: evidence.terminal,
    terminalSerial: evidence.terminalSerial,
    date: evidence.date,
    time: evidence.time,
    tac: toHex(evidence.tac),
    mac2: toHex(evidence.mac2),
  }
  if (options.json === true) printJson(paid)
  else {
    const { amountFen, balanceFen } = paid
    printLines(
      inLanguage(
        {
          en: `paid ${money(amountFen).en} at ${operator}, ${money(balanceFen).en} left`,
          zh: `已扣 ${money(amountFen).zh}，余额 ${money(balanceFen).zh}`,
        },
        options.lang,
      ),
      `card ${paid.number} counter ${paid.counter}, terminal ${paid.terminal} serial ${paid.terminalSerial}, TAC ${paid.tac}`,
    )
  }
  return EXIT.ok
}
