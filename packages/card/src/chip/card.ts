import type { RandomBytes } from '@unifare/crypto'
import { parseCommand } from '../apdu.ts'
import { SW } from '../status-words.ts'
import { creditLoad, initLoad } from './card-load.ts'
import { blockApplication, getChallenge, getProof, unblockApplication } from './card-maintenance.ts'
import { debitPurchase, initPurchase, updateCache } from './card-purchase.ts'
import { getBalance, readBinary, readRecord, select } from './card-read.ts'
import {
  type Card,
  type CardCall,
  type CardMemory,
  type CardSession,
  type CardStep,
  refuse,
  withPurse,
} from './card-state.ts'

interface CommandRule {
  run(call: CardCall): CardStep
  /** Status word when the purse is not selected; none for commands that need no application. */
  readonly unselected?: number
  /** Leaves an open purchase or load open: reads, and the steps of the transaction itself. */
  readonly keepsPurse?: true
  /** Is answered by an application under temporary block. */
  readonly whileBlocked?: true
}

/** Command table by CLA and INS (reference card 4.1). */
const COMMANDS: Readonly<Record<number, CommandRule>> = {
  0x00a4: { run: select, whileBlocked: true },
  0x00b0: { run: readBinary, unselected: SW.noFile, keepsPurse: true },
  0x00b2: { run: readRecord, unselected: SW.noFile, keepsPurse: true },
  0x0084: { run: getChallenge, whileBlocked: true },
  0x805c: { run: getBalance, unselected: SW.conditions, keepsPurse: true },
  0x8050: { run: initialise, unselected: SW.conditions },
  0x80dc: { run: updateCache, unselected: SW.conditions, keepsPurse: true },
  0x8054: { run: debitPurchase, unselected: SW.conditions, keepsPurse: true },
  0x8052: { run: creditLoad, unselected: SW.conditions, keepsPurse: true },
  0x805a: { run: getProof, unselected: SW.conditions },
  0x841e: { run: blockApplication, unselected: SW.conditions, whileBlocked: true },
  0x8418: { run: unblockApplication, unselected: SW.conditions, whileBlocked: true },
}

const CLASSES = new Set([0x00, 0x04, 0x80, 0x84])
const INSTRUCTIONS = new Set(Object.keys(COMMANDS).map((code) => Number(code) & 0xff))
const OUT_OF_FIELD: CardSession = { selected: 'none', challenge: null, purse: null }

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
  const command = parseCommand(apdu)
  const dropped = withPurse(card, null)
  if (!command) return refuse(dropped, SW.wrongLength)
  const { cla, ins } = command
  const rule = COMMANDS[(cla << 8) | ins]
  if (!rule) {
    const known = !CLASSES.has(cla) || INSTRUCTIONS.has(ins)
    return refuse(dropped, known ? SW.unknownClass : SW.unknownInstruction)
  }
  const { selected } = card.session
  if (rule.unselected && selected !== 'purse') return refuse(dropped, rule.unselected)
  const blocked = selected === 'purse' ? lockFault(card, rule) : undefined
  if (blocked) return refuse(dropped, blocked)
  return rule.run({ card: rule.keepsPurse ? card : dropped, command, random })
}

/** Status word with which a locked application refuses a command. */
function lockFault({ memory }: Card, rule: CommandRule): number | undefined {
  if (rule.run === select) return undefined
  switch (memory.lock) {
    case 'none':
      return undefined
    case 'temporary':
      return rule.whileBlocked ? undefined : SW.conditions
    case 'permanent':
      return SW.permanentlyLocked
  }
}

/** INITIALIZE FOR LOAD, PURCHASE and CAPP PURCHASE share one instruction. */
function initialise(call: CardCall): CardStep {
  const { p1, p2 } = call.command
  if (p2 !== 0x02) return refuse(call.card, SW.wrongParameters)
  if (p1 === 0x00) return initLoad(call)
  if (p1 === 0x01 || p1 === 0x03) return initPurchase(call)
  return refuse(call.card, SW.wrongParameters)
}
