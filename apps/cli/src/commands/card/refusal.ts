import { type CardErrorCode, type CardRefusal, cardErrors } from '@unifare/card'
import { UnifareError } from '@unifare/core'
import { statusText } from './status-texts.ts'

/** What a person can do about a refusal. */
const HINTS: Readonly<Partial<Record<CardErrorCode, string>>> = {
  'card.insufficient-balance': 'load it with "unifare card load"',
  'card.balance-limit': 'load less',
  'card.application-locked': 'only its issuer unblocks it',
  'card.no-key': 'the card is under other keys: name their file with --keys',
  'card.bad-mac': 'card and command are under different keys: name the right file with --keys',
  'card.not-t-union': 'read it with "unifare card inspect"',
  'card.torn': 'present the card again',
  'card.expired': 'ask its issuer for a new one',
  'card.not-interoperable': 'use it in its own city',
  'card.no-proof': 'a card keeps the proof of its last transaction, until the next one begins',
}

/** The error that ends a command on a refusal of card or PSAM. */
export function refused({ code, sw }: CardRefusal): UnifareError {
  const word = sw === undefined ? '' : ` (${sw.toString(16).toUpperCase()}: ${statusText(sw).en})`
  const hint = HINTS[code]
  const says = `${cardErrors[code].en}${word}${hint === undefined ? '' : `: ${hint}`}`
  return new UnifareError(code, says, sw === undefined ? {} : { sw })
}
