import { ascii, concat, fromHex } from '@unifare/core'
import type { CardMemory } from '../src/chip/card-state.ts'
import type { Dice } from './dice.ts'
import {
  authenticate,
  command,
  credit,
  debit,
  encryptedPin,
  initialise,
  keyOf,
  prove,
  reloadPin,
  secured,
} from './honest.ts'

/** A conversation that a right reader has: yields commands, takes answers. */
export type Session = Generator<Uint8Array, void, Uint8Array>

/** What a session is planned with: the purse as it is, and chance. */
export interface SessionPlan {
  readonly purse: CardMemory
  readonly dice: Dice
}

const COMPOSITE = { mot: 0x1a, mohurd: 0x17 } as const
const TRIPS = 0x1e
const PIN = fromHex('123456')
const CHALLENGE = command(0x00840000, undefined, 4)
const SELECT = 0x00a40400

/** SELECT of the purse itself. */
export function selectPurse(purse: CardMemory): Uint8Array {
  return command(SELECT, purse.aid)
}

/** A whole composite purchase, with all records that the purse takes. */
export function* compositePurchase({ purse, dice }: SessionPlan): Session {
  const amountFen = dice.pick([0, 1, 200, 99_999])
  const opened = yield initialise(3, amountFen, keyOf(purse, 'purchase').index)
  const sfi = COMPOSITE[purse.scheme]
  const old = dice.pick(purse.variable[sfi] ?? [new Uint8Array(48)])
  const headBytes = purse.scheme === 'mot' ? 3 : 2
  const fresh = concat(old.slice(0, headBytes), dice.bytes(old.length - headBytes))
  fresh[purse.scheme === 'mot' ? 5 : 2] = 0
  const id = old[headBytes - 2] ?? 0
  yield command(0x80dc0000 + id * 0x100 + sfi * 8, fresh)
  if (purse.cyclic[TRIPS]) yield command(0x80dc00f0, dice.bytes(48))
  yield debit(purse, opened, { amountFen, type: 9 })
  yield prove(9, purse.offlineNumber + 1)
}

/** INIT and DEBIT, type 06. */
export function* plainPurchase({ purse, dice }: SessionPlan): Session {
  const amountFen = dice.pick([0, 1, 200])
  const opened = yield initialise(1, amountFen, keyOf(purse, 'purchase').index)
  yield debit(purse, opened, { amountFen, type: 6 })
  yield prove(6, purse.offlineNumber + 1)
}

function* load({ purse, dice }: SessionPlan): Session {
  if (purse.pin) yield command(0x00200000, purse.pin.value)
  const amountFen = dice.pick([1, 1000, 0xffff_ffff])
  const opened = yield initialise(0, amountFen, keyOf(purse, 'load').index)
  yield credit(purse, opened, amountFen)
  yield prove(2, purse.onlineNumber + 1)
}

function* blockAndUnblock({ purse }: SessionPlan): Session {
  const key = keyOf(purse, 'maintenance')
  yield secured(key, yield CHALLENGE, { header: 0x841e0000 })
  yield initialise(3, 0, 1)
  yield secured(key, yield CHALLENGE, { header: 0x84180000 })
}

function* write({ purse, dice }: SessionPlan): Session {
  const key = keyOf(purse, 'maintenance')
  const binary = { header: 0x04d69500 + dice.below(30), data: dice.bytes(1 + dice.below(30)) }
  yield secured(key, yield CHALLENGE, binary)
  const sfi = COMPOSITE[purse.scheme]
  const old = purse.variable[sfi]?.[0] ?? new Uint8Array(48)
  const record = { header: 0x04dc0104 + sfi * 8, data: old }
  yield secured(key, yield CHALLENGE, record)
}

function* append({ purse, dice }: SessionPlan): Session {
  yield authenticate(keyOf(purse, 'external-auth'), yield CHALLENGE)
  const sfi = COMPOSITE[purse.scheme]
  yield command(0x00e20000 + sfi * 8, dice.bytes(1 + dice.below(48)))
}

function* pins({ purse, dice }: SessionPlan): Session {
  const held = purse.pin?.value ?? PIN
  yield command(0x00200000, dice.oneIn(2) ? held : PIN)
  yield command(0x805e0100, concat(held, Uint8Array.of(0xff), held))
  yield reloadPin(keyOf(purse, 'pin-reload'), held)
  const key = keyOf(purse, 'pin-unblock')
  yield secured(key, yield CHALLENGE, { header: 0x84240001, data: encryptedPin(key, held) })
}

function* look({ dice }: SessionPlan): Session {
  for (const sfi of [0x15, 0x16, 0x17, 0x19]) yield command(0x00b08000 + sfi * 0x100, undefined, 0)
  for (const sfi of [0x01, 0x0b, 0x0c, 0x17, 0x18, 0x19, 0x1a, 0x1e]) {
    const mode = dice.pick([0, 4, 5])
    yield command(0x00b20000 + (1 + dice.below(12)) * 0x100 + sfi * 8 + mode, undefined, 0)
  }
  for (const p1 of [0, 1, 2, 3, 5]) yield command(0x805c0002 + p1 * 0x100, undefined, 0)
  yield command(0x80ca0000, undefined, 9)
  yield command(0x80ca9f79, undefined, 0)
}

/** Names a reader tries: directories, faces, other schemes, partial and over-long names. */
function* wander({ purse, dice }: SessionPlan): Session {
  const names = [
    ascii('2PAY.SYS.DDF01'),
    ascii('1PAY.SYS.DDF01'),
    fromHex('A000000632010105'),
    fromHex('A000000632010106'),
    fromHex('A00000000386980701'),
    ascii('PAY.SZT'),
    fromHex('A000000632'),
    concat(purse.aid, dice.bytes(8)),
    dice.bytes(dice.below(255)),
  ]
  for (let left = 3; left > 0; left--) {
    yield command(SELECT + dice.pick([0, 0, 0, 2]), dice.pick(names), 0)
    yield command(0x00b20100 + dice.below(256), undefined, 0)
  }
}

const SESSIONS = [
  compositePurchase,
  compositePurchase,
  plainPurchase,
  load,
  blockAndUnblock,
  write,
  append,
  pins,
  look,
  wander,
] as const

/** One of the conversations, by chance. */
export function anySession(plan: SessionPlan): Session {
  return plan.dice.pick(SESSIONS)(plan)
}
