import type { RandomBytes } from '@unifare/crypto'
import { type Command, parseCommand } from '../apdu.ts'
import { SW } from '../status-words.ts'
import { select } from './applications.ts'
import { creditLoad, initLoad } from './card-load.ts'
import {
  blockApplication,
  blockCard,
  externalAuthenticate,
  getChallenge,
  getProof,
  getUid,
  internalAuthenticate,
  unblockApplication,
} from './card-maintenance.ts'
import { setPin, unblockPin, verifyPin } from './card-pin.ts'
import { debitPurchase, initPurchase, updateCache } from './card-purchase.ts'
import { getBalance, readBinary, readRecord } from './card-read.ts'
import {
  type Card,
  type CardCall,
  type CardMemory,
  type CardSession,
  type CardStep,
  refuse,
  withPurse,
} from './card-state.ts'
import { appendRecord, updateBinary, updateRecord } from './card-write.ts'
import { getCashData, readCashRecord } from './cash-face.ts'
import { WRONG_MACS_MAX } from './secure-message.ts'

interface CommandRule {
  run(call: CardCall): CardStep
  /** Status word when the purse is not selected; none for commands that need no application. */
  readonly unselected?: number
  /** Leaves an open purchase or load open: reads, and the steps of the transaction itself. */
  readonly keepsPurse?: true
  /** Is answered by an application under temporary block. */
  readonly whileBlocked?: true
  /** Is answered by the electronic-cash face, too: what both faces show. */
  readonly onCash?: true
}

/** Command table by CLA and INS (reference card 4.1). */
const COMMANDS: Readonly<Record<number, CommandRule>> = {
  0x00a4: { run: select, whileBlocked: true },
  0x00b0: { run: readBinary, unselected: SW.noFile, keepsPurse: true, onCash: true },
  0x00b2: { run: readRecord, unselected: SW.noFile, keepsPurse: true, onCash: true },
  0x0084: { run: getChallenge, whileBlocked: true },
  0x0082: { run: externalAuthenticate, unselected: SW.conditions },
  0x0088: { run: internalAuthenticate, unselected: SW.conditions },
  0x0020: { run: verifyPin, unselected: SW.conditions },
  0x80ca: { run: getUid, unselected: SW.conditions, keepsPurse: true, onCash: true },
  0x04d6: { run: updateBinary, unselected: SW.noFile },
  0x04dc: { run: updateRecord, unselected: SW.noFile },
  0x00e2: { run: appendRecord, unselected: SW.noFile },
  0x04e2: { run: appendRecord, unselected: SW.noFile },
  0x805e: { run: setPin, unselected: SW.conditions },
  0x8424: { run: unblockPin, unselected: SW.conditions },
  0x805c: { run: getBalance, unselected: SW.conditions, keepsPurse: true },
  0x8050: { run: initialise, unselected: SW.conditions },
  0x80dc: { run: updateCache, unselected: SW.conditions, keepsPurse: true },
  0x8054: { run: debitPurchase, unselected: SW.conditions, keepsPurse: true },
  0x8052: { run: creditLoad, unselected: SW.conditions, keepsPurse: true },
  0x8058: { run: updateOverdraft, unselected: SW.conditions },
  0x805a: { run: getProof, unselected: SW.conditions },
  0x841e: { run: blockApplication, unselected: SW.conditions, whileBlocked: true },
  0x8418: { run: unblockApplication, unselected: SW.conditions, whileBlocked: true },
  0x8416: { run: blockCard, unselected: SW.conditions, whileBlocked: true },
}

/** P2 of commands to an electronic deposit (ED), which cards of this network do not have. */
const ELECTRONIC_DEPOSIT = 0x01
const CLASSES = new Set([0x00, 0x04, 0x80, 0x84])
const INSTRUCTIONS = new Set(Object.keys(COMMANDS).map((code) => Number(code) & 0xff))
const OUT_OF_FIELD: CardSession = {
  selected: 'none',
  purseAt: 0,
  verified: false,
  authenticated: false,
  challenge: null,
  wrongMacs: 0,
  purse: null,
}

/** A card out of the field, with this memory. */
export function createCard(memory: CardMemory): Card {
  return { memory, session: OUT_OF_FIELD }
}

/** The card after loss of the field or a reset: its memory stays, everything else is gone. */
export function resetCard(card: Card): Card {
  return { memory: card.memory, session: OUT_OF_FIELD }
}

/**
 * One command to the card: bytes in, bytes out, and the card that follows. Answers any bytes and
 * never throws. Losing the response is keeping the new card and dropping the bytes; there is no
 * state between the old memory and the new one (reference card 4.3).
 */
export function transmit(card: Card, apdu: Uint8Array, random: RandomBytes): CardStep {
  const { purseAt } = card.session
  const other = purseAt > 0 ? card.memory.others[purseAt - 1] : undefined
  const command = parseCommand(apdu)
  const selects =
    command !== undefined && COMMANDS[(command.cla << 8) | command.ins]?.run === select
  if (!other || selects) return answer(card, command, random)
  // The other purse answers as if it were the card, and is put back in its place.
  const step = answer({ memory: other, session: card.session }, command, random)
  return { card: withOther(card, step.card), response: step.response }
}

/** The card with another purse of its own in the state that a command left it. */
function withOther({ memory }: Card, { memory: purse, session }: Card): Card {
  // A card that a read left alone stays the same value: nothing of it is to be written.
  if (memory.others[session.purseAt - 1] === purse) return { memory, session }
  const others = memory.others.with(session.purseAt - 1, purse)
  const lock = purse.lock === 'card' ? 'card' : memory.lock
  return { memory: { ...memory, others, lock }, session }
}

function answer(card: Card, command: Command | undefined, random: RandomBytes): CardStep {
  const dropped = withPurse(card, null)
  if (!command) return refuse(dropped, SW.wrongLength)
  const { cla, ins } = command
  const rule = COMMANDS[(cla << 8) | ins]
  if (!rule) {
    const known = !CLASSES.has(cla) || INSTRUCTIONS.has(ins)
    return refuse(dropped, known ? SW.unknownClass : SW.unknownInstruction)
  }
  const refused = selectionFault(card, rule) ?? lockFault(card, rule)
  if (refused) return refuse(dropped, refused)
  const call = { card: rule.keepsPurse ? card : dropped, command, random }
  return (card.session.selected === 'cash' ? runOnCash(call, rule) : undefined) ?? rule.run(call)
}

/** Status word of a command that the selected application does not know. */
function selectionFault({ session }: Card, rule: CommandRule): number | undefined {
  if (rule.unselected === undefined || session.selected === 'purse') return undefined
  return session.selected === 'cash' && rule.onCash ? undefined : rule.unselected
}

/** What the cash face answers in its own way; undefined where both faces say the same. */
function runOnCash(call: CardCall, rule: CommandRule): CardStep | undefined {
  if (rule.run === getUid) return getCashData(call)
  return rule.run === readRecord ? readCashRecord(call) : undefined
}

/** Status word with which a locked application refuses a command. */
function lockFault({ memory, session }: Card, rule: CommandRule): number | undefined {
  if (memory.lock === 'card') return SW.locked
  const ofPurse = session.selected === 'purse' || session.selected === 'cash'
  if (!ofPurse || rule.run === select) return undefined
  switch (memory.lock) {
    case 'none':
      return undefined
    case 'temporary':
      return rule.whileBlocked ? undefined : SW.conditions
    case 'permanent':
      return SW.permanentlyLocked
  }
}

/**
 * INITIALIZE FOR LOAD, PURCHASE and CAPP PURCHASE share one instruction. What only an electronic
 * deposit has (unload, cash withdrawal, overdraft) is a function that this card has not.
 */
function initialise(call: CardCall): CardStep {
  const { p1, p2 } = call.command
  if (p2 === ELECTRONIC_DEPOSIT) return refuse(call.card, SW.locked)
  if (p2 !== 0x02) return refuse(call.card, SW.wrongParameters)
  if (call.card.session.wrongMacs >= WRONG_MACS_MAX) return refuse(call.card, SW.blocked)
  if (p1 === 0x00) return initLoad(call)
  if (p1 === 0x01 || p1 === 0x03) return initPurchase(call)
  return refuse(call.card, SW.wrongParameters)
}

/** UPDATE OVERDRAFT: its INIT is refused, so it never comes in order. */
function updateOverdraft({ card }: CardCall): CardStep {
  return refuse(card, SW.conditions)
}
