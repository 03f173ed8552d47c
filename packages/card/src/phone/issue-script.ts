import { concat, equalBytes, fromHex } from '@unifare/core'
import type { KeyPair } from '@unifare/crypto'
import { commandBytes } from '../apdu.ts'
import { createCard } from '../chip/card.ts'
import { restoreCard, serialiseCard } from '../chip/card-image.ts'
import type { CardMemory } from '../chip/card-state.ts'
import { cardError } from '../errors.ts'
import type { PhoneReceipt } from './phone-script.ts'
import type { ScriptKind } from './phone-state.ts'
import {
  encodeOpening,
  HEADER,
  openingSigned,
  POINT_BYTES,
  type ScriptOpening,
  STEP_BYTES,
  scriptKeys,
  sealStep,
} from './phone-wire.ts'

/** Whom a script is for, and who signs it. */
export interface ScriptTarget {
  /** Public key of the device, 33 bytes. */
  readonly device: Uint8Array
  readonly aid: Uint8Array
  /** Rises with every script that this issuer writes. */
  readonly script: number
  /** Ed25519 signature of the issuer. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
}

/** The commands that change the state of an instance: one, signed. */
export async function stateScript(
  kind: Exclude<ScriptKind, 'personalise'>,
  target: ScriptTarget,
): Promise<Uint8Array[]> {
  const { aid, script } = target
  const opening = { kind, aid, script, steps: 0, ephemeral: new Uint8Array(POINT_BYTES) }
  return [commandBytes(HEADER.open, await signedOpening(opening, target), 0)]
}

/**
 * The commands that make an instance a card: the signed opening, then the card in sealed steps.
 * `ephemeral` is a key pair of this one script.
 */
export async function personaliseScript(
  memory: CardMemory,
  target: ScriptTarget & { readonly ephemeral: KeyPair },
): Promise<Uint8Array[]> {
  const { aid, script, device, ephemeral } = target
  const content = serialiseCard(createCard(memory))
  const steps = Math.ceil(content.length / STEP_BYTES)
  const terms = { aid, script, steps, ephemeral: ephemeral.publicKey }
  const opening = await signedOpening({ kind: 'personalise', ...terms }, target)
  const keys = scriptKeys(ephemeral.privateKey, device, opening)
  const commands = [commandBytes(HEADER.open, opening, 0)]
  let { chain } = keys
  for (let index = 0; index < steps; index++) {
    const part = content.slice(index * STEP_BYTES, (index + 1) * STEP_BYTES)
    const sealed = sealStep(keys, { index, chain, content: part })
    commands.push(commandBytes(HEADER.store + index, sealed.data))
    chain = sealed.chain
  }
  return commands
}

async function signedOpening(
  opening: ScriptOpening,
  { device, sign }: ScriptTarget,
): Promise<Uint8Array> {
  return concat(encodeOpening(opening), await sign(openingSigned(opening, device)))
}

/**
 * A moved card: the new one's name and keys, with the money, the counters, the records and the
 * proof of the one that was frozen. Throws `card.bad-image` for a receipt that carries no card of
 * the same number, and `card.bad-field` when it contradicts itself.
 */
export function movedMemory(fresh: CardMemory, receipt: PhoneReceipt): CardMemory {
  const { memory } = restoreCard(fromHex(receipt.image))
  const { balanceFen, offlineNumber, onlineNumber } = receipt
  const told =
    memory.balanceFen === balanceFen &&
    memory.offlineNumber === offlineNumber &&
    memory.onlineNumber === onlineNumber
  const same = Object.entries(fresh.binaries).every(([sfi, bytes]) =>
    equalBytes(bytes, memory.binaries[Number(sfi)] ?? new Uint8Array(0)),
  )
  if (!told || !same) throw cardError('card.bad-field', { field: 'receipt' })
  return { ...memory, aid: fresh.aid, keys: fresh.keys }
}
