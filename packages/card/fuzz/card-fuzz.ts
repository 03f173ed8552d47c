import { toHex } from '@unifare/core'
import { resetCard, transmit } from '../src/chip/card.ts'
import type { Card, CardMemory, CardStep } from '../src/chip/card-state.ts'
import { readU16 } from '../src/words.ts'
import type { Dice } from './dice.ts'
import { debit, initialise, keyOf } from './honest.ts'
import { anything, mutate } from './mutate.ts'
import { createOracle, type Oracle, purseOf } from './oracle.ts'
import { anySession, selectPurse } from './sessions.ts'

/** A card that the commands are sent to. */
export interface CardTarget {
  readonly name: string
  readonly card: Card
  /** Which of its purses the sessions are with: 0 the first, then those beside it. */
  readonly purseAt: number
}

/** What happened to the cards. Everything is a count of commands unless it says otherwise. */
export interface CardFigures {
  commands: number
  changed: number
  accepted: number
  debits: number
  loads: number
  writes: number
  sessions: number
  /** Whole purchases after a reset, each of which went through. */
  revived: number
  /** Cards that honest commands locked or used up, and that were replaced. */
  replaced: number
  slowestMs: number
}

/** A rule was broken: which one, on which card, by which command. */
export interface FuzzFault {
  readonly target: string
  readonly rule: string
  readonly apdu: string
  /** Commands since the card was new, the last one last. */
  readonly history: readonly string[]
}

const HISTORY_MAX = 40

/** Sends hostile sessions to cards until `count` commands are sent or a rule is broken. */
export function createCardFuzz(options: {
  readonly targets: readonly CardTarget[]
  readonly dice: Dice
  readonly nowMs: () => number
  /** The card's own unless told otherwise: tests put broken cards in its place. */
  readonly run?: typeof transmit
}) {
  const { targets, dice, nowMs, run = transmit } = options
  const figures: CardFigures = {
    commands: 0,
    changed: 0,
    accepted: 0,
    debits: 0,
    loads: 0,
    writes: 0,
    sessions: 0,
    revived: 0,
    replaced: 0,
    slowestMs: 0,
  }
  const subjects = targets.map((target) => ({ target, card: target.card }))

  return {
    figures,
    /** One session with one of the cards; the fault it found, if any. */
    session(): FuzzFault | undefined {
      const subject = dice.pick(subjects)
      const talk = createTalk(subject, { dice, nowMs, figures, run })
      figures.sessions += 1
      talk.converse()
      if (!talk.fault() && dice.oneIn(4)) talk.revive()
      subject.card = talk.card()
      if (talk.worn()) {
        subject.card = subject.target.card
        figures.replaced += 1
      }
      return talk.fault()
    },
  }
}

interface Subject {
  readonly target: CardTarget
  readonly card: Card
}

interface TalkOptions {
  readonly run: typeof transmit
  readonly dice: Dice
  readonly nowMs: () => number
  readonly figures: CardFigures
}

function createTalk({ target, card: start }: Subject, { dice, nowMs, figures, run }: TalkOptions) {
  const oracle: Oracle = createOracle()
  const history: string[] = []
  let card = resetCard(start)
  let fault: FuzzFault | undefined

  const purse = (): CardMemory => purseAt(card, target.purseAt)

  function send(apdu: Uint8Array): Uint8Array {
    const before = card
    const from = nowMs()
    const step = attempt(() => run(before, apdu, (length) => dice.bytes(length)))
    figures.slowestMs = Math.max(figures.slowestMs, nowMs() - from)
    figures.commands += 1
    if (history.length === HISTORY_MAX) history.shift()
    history.push(toHex(apdu))
    if (typeof step === 'string') {
      note(step, apdu)
      return new Uint8Array(2)
    }
    card = step.card
    const rule = oracle.judge({ before, apdu, response: step.response, after: card })
    if (rule) note(rule, apdu)
    count(before, card, step.response)
    return step.response
  }

  function note(rule: string, apdu: Uint8Array): void {
    fault ??= { target: target.name, rule, apdu: toHex(apdu), history: [...history] }
  }

  function count(before: Card, after: Card, response: Uint8Array): void {
    const old = purseAt(before, target.purseAt)
    const next = purseAt(after, target.purseAt)
    if (readU16(response, response.length - 2) === 0x9000) figures.accepted += 1
    if (next.offlineNumber !== old.offlineNumber) figures.debits += 1
    else if (next.onlineNumber !== old.onlineNumber) figures.loads += 1
    else if (next !== old && next.lock + next.wrongMacs !== old.lock + old.wrongMacs)
      figures.writes += 1
  }

  function reset(): void {
    card = resetCard(card)
    oracle.reset()
  }

  /** What a session sends, and what a stranger makes of it. */
  function disturbed(apdu: Uint8Array): Uint8Array {
    if (dice.oneIn(24)) send(anything(apdu, dice))
    if (dice.oneIn(48)) {
      reset()
      send(selectPurse(purse()))
    }
    if (!dice.oneIn(4)) return send(apdu)
    figures.changed += 1
    const answer = send(mutate(apdu, dice))
    if (dice.oneIn(3)) return answer
    return dice.oneIn(2) ? send(apdu) : (send(apdu), send(apdu))
  }

  return {
    card: () => card,
    fault: () => fault,
    converse(): void {
      if (!dice.oneIn(16)) send(selectPurse(purse()))
      const session = anySession({ purse: purse(), dice })
      for (let next = session.next(); !next.done; ) {
        const answer = disturbed(next.value)
        if (fault) return
        next = session.next(answer)
      }
    },
    /** Field off and on: an honest purchase goes through, unless the card is locked or used up. */
    revive(): void {
      if (worn(purse())) return
      reset()
      const { offlineNumber } = purse()
      send(selectPurse(purse()))
      const opened = send(initialise(1, 0, keyOf(purse(), 'purchase').index))
      send(debit(purse(), opened, { amountFen: 0, type: 6 }))
      if (purse().offlineNumber !== offlineNumber + 1) note('is stuck', new Uint8Array(0))
      figures.revived += 1
    },
    worn: () => worn(purse()) || card.memory.lock === 'card',
  }
}

/** Locked by a right command, or its counters at their end. */
function worn({ lock, offlineNumber }: CardMemory): boolean {
  return lock !== 'none' || offlineNumber >= 0xffff
}

function purseAt(card: Card, at: number): CardMemory {
  const purse = purseOf({ ...card, session: { ...card.session, purseAt: at } })
  if (!purse) throw new TypeError('the card has no such purse')
  return purse
}

/** One command; a thrown error is a fault and comes back as its text. */
function attempt(run: () => CardStep): CardStep | string {
  try {
    return run()
  } catch (error) {
    return `throws ${String(error)}`
  }
}
