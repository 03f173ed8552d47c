import {
  movedMemory,
  type PhoneReceipt,
  PURSE_AID,
  personalise,
  personaliseScript,
  readReceipt,
  type ScriptKind,
  stateScript,
} from '@unifare/card'
import { concat, fromHex, requireData, shanghaiDigits, toHex, utf8 } from '@unifare/core'
import { type KeyPair, p256KeyPair, sha256 } from '@unifare/crypto'
import { settleFrozen } from '../orders/load-orders.ts'
import { cardByNumber, systemBalance } from '../orders/order-context.ts'
import { type PhoneContext, phoneCardOf, scripted, type Told, told } from './context.ts'
import { type PhoneCardRow, type PhoneCardState, phoneCards } from './tables.ts'

/** What a card in this state waits for. */
const AWAITED = {
  requested: 'personalise',
  moving: 'personalise',
  suspending: 'suspend',
  resuming: 'resume',
  freezing: 'freeze',
  ending: 'terminate',
} as const satisfies Partial<Record<PhoneCardState, ScriptKind>>

function awaited({ state }: PhoneCardRow): ScriptKind | undefined {
  return state in AWAITED ? AWAITED[state as keyof typeof AWAITED] : undefined
}

/** Whole name of this issuer's instances in phones. */
function aidOf({ phone }: PhoneContext): Uint8Array {
  return concat(PURSE_AID, phone.aidSuffix)
}

/** The card as it stands now: one that was reported lost or given back ends in its phone, too. */
async function currentCard(context: PhoneContext): Promise<PhoneCardRow> {
  const row = await phoneCardOf(context)
  const { service } = await cardByNumber(context.tx, row.number)
  if (service.state === 'live' || row.state === 'ending' || row.state === 'ended') return row
  const ending = await scripted(context, { ...row, target: '', frozen: '' }, 'ending')
  await context.tx.put(phoneCards, [ending])
  return ending
}

/**
 * The script that a card waits for, none when it waits for nothing. Asked again it is the same to
 * the byte, so that a phone goes on with it wherever it was cut off.
 */
export async function giveScript(context: PhoneContext) {
  const row = await currentCard(context)
  const kind = awaited(row)
  const aid = aidOf(context)
  const target = { device: fromHex(row.device), aid, script: row.script, sign: context.sign }
  const commands =
    kind === undefined
      ? []
      : kind === 'personalise'
        ? await personaliseScript(await memoryOf(context, row), {
            ...target,
            ephemeral: await ephemeralOf(context, row),
          })
        : await stateScript(kind, target)
  return { ...told(row), kind: kind ?? null, aid: toHex(aid), commands: commands.map(toHex) }
}

/** The card that goes into the phone: empty, or with all that the old phone signed. */
async function memoryOf({ id, phone }: PhoneContext, row: PhoneCardRow) {
  const from = shanghaiDigits(row.issuedAt).slice(0, 8)
  const { memory } = await personalise({
    issuer: id,
    number: row.number,
    provinceCode: phone.provinceCode,
    cityCode: phone.cityCode,
    validFrom: from,
    validTo: `${Number(from.slice(0, 4)) + phone.validityYears}1231`,
    interoperable: true,
    balanceFen: 0,
    keys: phone.keys,
    aidSuffix: phone.aidSuffix,
  })
  if (row.state !== 'moving') return memory
  const [device, frozen] = row.frozen.split(' ')
  const receipt = readReceipt(fromHex(frozen ?? ''), fromHex(device ?? ''))
  requireData(receipt !== undefined, 'issuer.phone-receipt', 'the frozen card is not signed')
  return movedMemory(memory, receipt)
}

/**
 * The key pair of one script. It comes from a master and not from a random source: an issuer that
 * is rebuilt from its journal writes the same script again.
 */
async function ephemeralOf({ phone }: PhoneContext, row: PhoneCardRow): Promise<KeyPair> {
  const { keys } = phone
  const digest = sha256(utf8(`unifare phone ${row.number} ${row.script} ${row.device}`))
  const factors = [digest.slice(0, 8), digest.slice(8, 16)]
  const secret = await keys.store.derive(keys.maintenance, factors, 'issue')
  let round = 0
  return p256KeyPair(() => sha256(concat(secret, digest, Uint8Array.of(round++))))
}

/**
 * A phone states that it carried a script out. What it says is taken when its key signed it, for
 * this card and this script; the same statement again changes nothing.
 */
export async function takeReceipt(context: PhoneContext): Promise<Told> {
  const row = await currentCard(context)
  const bytes = String(context.fields['receipt'])
  requireData(/^([0-9A-F]{2}){1,12000}$/.test(bytes), 'message.malformed', 'no receipt')
  if (row.frozen.endsWith(` ${bytes}`)) return told(row)
  const receipt = readReceipt(fromHex(bytes), fromHex(row.device))
  requireData(
    receipt !== undefined &&
      receipt.aid === toHex(aidOf(context)) &&
      receipt.script === row.script &&
      // A room that the card has left, or never came into, ends without a number.
      (receipt.number === row.number || (row.state === 'ending' && receipt.number === '')),
    'issuer.phone-receipt',
    'the phone states something else than what was asked of it',
  )
  const kind = awaited(row)
  if (kind === undefined) return told(row)
  requireData(receipt.kind === kind, 'issuer.phone-receipt', `${kind} was asked of the phone`)
  const next = await afterReceipt(context, row, { receipt, bytes })
  await context.tx.put(phoneCards, [next])
  return told(next)
}

async function afterReceipt(
  context: PhoneContext,
  row: PhoneCardRow,
  { receipt, bytes }: { readonly receipt: PhoneReceipt; readonly bytes: string },
): Promise<PhoneCardRow> {
  switch (receipt.kind) {
    case 'personalise': {
      const live: PhoneCardRow = { ...row, state: 'active', frozen: '' }
      // Suspended while it was on its way: the phone is told at once.
      return row.suspendedBy === '' ? live : scripted(context, live, 'suspending')
    }
    case 'suspend':
      return { ...row, state: 'suspended' }
    case 'resume':
      return { ...row, state: 'active' }
    case 'freeze': {
      await settleFrozen(context, { card: row.number, onlineNumber: receipt.onlineNumber })
      await requireCovered(context, row, receipt.balanceFen)
      const frozen = `${row.device} ${bytes}`
      const moved = { ...row, device: row.target, target: '', frozen }
      return scripted(context, moved, 'moving')
    }
    case 'terminate':
      return { ...row, state: 'ended' }
  }
}

/** A phone cannot sign more money onto a card than was ever loaded and is not known as spent. */
async function requireCovered(
  { tx }: PhoneContext,
  { number }: PhoneCardRow,
  balanceFen: number,
): Promise<void> {
  const held = systemBalance((await cardByNumber(tx, number)).card)
  requireData(
    balanceFen <= held,
    'issuer.phone-balance',
    `the phone states ${balanceFen} fen, at most ${held} can be on the card`,
  )
}
