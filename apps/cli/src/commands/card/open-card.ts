import { randomBytes } from 'node:crypto'
import { type CardSlot, type CardTransport, createCardSlot, restoreCard } from '@unifare/card'
import { openPcscCard } from '@unifare/card/node'
import { UnifareError } from '@unifare/core'
import { tell } from '../../output.ts'
import { type HeldCardFile, holdCardFile } from './card-file.ts'
import { type Device, explainApdu } from './explain-apdu.ts'
import { inLanguage, type Language } from './text.ts'

/** What every command on a card is asked with. */
export interface CardChoice {
  /** A reader by name, or any (true). */
  readonly reader?: string | true
  readonly trace?: boolean
  readonly lang?: Language
}

/** A card in hand. */
export interface OpenCard {
  readonly transport: CardTransport
  /** Where it is, for people. */
  readonly place: string
  close(): Promise<void>
}

/** Takes the card of a file or of a reader. Throws what is in the way, with what to do. */
export async function openCard(file: string | undefined, choice: CardChoice): Promise<OpenCard> {
  if (choice.reader !== undefined) {
    if (file !== undefined)
      throw new UnifareError('card.no-source', 'name a card file or --reader, not both')
    return inReader(choice)
  }
  if (file === undefined) {
    throw new UnifareError(
      'card.no-source',
      'name a card file, or --reader for the card in a reader',
    )
  }
  const held = await holdCardFile(file)
  return {
    transport: traced(fileSlot(held), 'card', choice),
    place: file,
    close: async () => held.release(),
  }
}

async function inReader(choice: CardChoice): Promise<OpenCard> {
  const { reader } = choice
  const card = await openPcscCard(typeof reader === 'string' ? { reader } : {})
  return {
    transport: traced(card, 'card', choice),
    place: card.reader,
    close: () => card.close(),
  }
}

/** The card of an image in a field, to be read: what it would write is forgotten. */
export function imageSlot(image: Uint8Array): CardSlot {
  return createCardSlot({ card: restoreCard(image), random: systemRandom })
}

/** The card of a file in a field: what it wrote is on the disk before it answers. */
export function fileSlot(held: HeldCardFile): CardSlot {
  const slot = createCardSlot({ card: held.card, random: systemRandom })
  return {
    ...slot,
    async transmit(apdu) {
      const before = slot.card().memory
      const response = await slot.transmit(apdu)
      if (slot.card().memory !== before) await held.save(slot.card())
      return response
    },
  }
}

function systemRandom(length: number): Uint8Array {
  return Uint8Array.from(randomBytes(length))
}

/** With `trace`, every command and answer in bytes and in words, on standard error. */
export function traced(
  transport: CardTransport,
  device: Device,
  { trace, lang }: Pick<CardChoice, 'trace' | 'lang'>,
): CardTransport {
  if (trace !== true) return transport
  return {
    async transmit(apdu) {
      const response = await transport.transmit(apdu)
      const { command, answer, words } = explainApdu(apdu, response, device)
      const who = device === 'psam' ? 'PSAM' : 'card'
      tell(`${who} → ${command}`)
      tell(`${who} ← ${answer}`)
      tell(`     ${inLanguage(words, lang)}`)
      return response
    },
  }
}
