import { concat, fromHex } from '@unifare/core'
import type { Dice } from './dice.ts'

/** Changes a command as somebody would who knows how commands are built. */
type Mutation = (apdu: Uint8Array, dice: Dice) => Uint8Array

const LC_AT = 4
const EXTREMES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff]
const CLASSES = [0x00, 0x04, 0x80, 0x84, 0x90, 0xff]
/** Every instruction of the command table, and the names without known bytes. */
const INSTRUCTIONS = fromHex('A4B0B284828820D6DCE25E241E18165C505452585AC0CA70721AFA')

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setByte,
  cut,
  grow,
  lieLength,
  lieExpected,
  otherClass,
  otherInstruction,
  otherParameters,
  otherData,
  nestObjects,
  extendLength,
  anything,
]

/** A command with one to three changes. */
export function mutate(apdu: Uint8Array, dice: Dice): Uint8Array {
  let changed: Uint8Array = apdu.slice()
  for (let left = 1 + dice.below(3); left > 0; left--) changed = dice.pick(MUTATIONS)(changed, dice)
  return changed
}

/** Bytes without any form, up to a little more than a short command holds. */
export function anything(_apdu: Uint8Array, dice: Dice): Uint8Array {
  return dice.bytes(dice.below(dice.oneIn(8) ? 300 : 24))
}

function at(apdu: Uint8Array, place: number, value: number): Uint8Array {
  const changed = apdu.slice()
  if (place < changed.length) changed[place] = value
  return changed
}

function flipBit(apdu: Uint8Array, dice: Dice): Uint8Array {
  const place = dice.below(apdu.length + 1)
  return at(apdu, place, (apdu[place] ?? 0) ^ (1 << dice.below(8)))
}

function setByte(apdu: Uint8Array, dice: Dice): Uint8Array {
  return at(apdu, dice.below(apdu.length + 1), dice.pick(EXTREMES))
}

function cut(apdu: Uint8Array, dice: Dice): Uint8Array {
  return apdu.slice(0, dice.below(apdu.length + 1))
}

function grow(apdu: Uint8Array, dice: Dice): Uint8Array {
  return concat(apdu, dice.bytes(1 + dice.below(dice.oneIn(4) ? 255 : 4)))
}

function lieLength(apdu: Uint8Array, dice: Dice): Uint8Array {
  const off = dice.pick([-4, -1, 1, 4])
  return at(apdu, LC_AT, dice.oneIn(2) ? (apdu[LC_AT] ?? 0) + off : dice.pick(EXTREMES))
}

/** Another Le, or one where none was. */
function lieExpected(apdu: Uint8Array, dice: Dice): Uint8Array {
  const le = dice.oneIn(2) ? dice.pick(EXTREMES) : dice.below(256)
  return concat(dice.oneIn(2) ? apdu : apdu.slice(0, -1), Uint8Array.of(le))
}

function otherClass(apdu: Uint8Array, dice: Dice): Uint8Array {
  return at(apdu, 0, dice.pick(CLASSES))
}

function otherInstruction(apdu: Uint8Array, dice: Dice): Uint8Array {
  return at(apdu, 1, INSTRUCTIONS[dice.below(INSTRUCTIONS.length)] ?? 0)
}

function otherParameters(apdu: Uint8Array, dice: Dice): Uint8Array {
  return at(apdu, 2 + dice.below(2), dice.below(dice.oneIn(2) ? 256 : 8))
}

/** Other data of an honest length. */
function otherData(apdu: Uint8Array, dice: Dice): Uint8Array {
  const data = dice.bytes(dice.below(256))
  return concat(apdu.slice(0, LC_AT), Uint8Array.of(data.length), data)
}

/** Objects in objects, each of which says that it holds more than there is. */
function nestObjects(apdu: Uint8Array, dice: Dice): Uint8Array {
  const bomb = Uint8Array.from({ length: dice.below(250) }, (_, i) => (i % 2 ? 0x7f : 0x6f))
  return concat(apdu.slice(0, LC_AT), Uint8Array.of(bomb.length), bomb)
}

/** The extended form of a length: 00 and two bytes. */
function extendLength(apdu: Uint8Array, dice: Dice): Uint8Array {
  const head = apdu.slice(0, LC_AT)
  return concat(head, Uint8Array.of(0, dice.below(256), dice.below(256)), apdu.slice(LC_AT + 1))
}
