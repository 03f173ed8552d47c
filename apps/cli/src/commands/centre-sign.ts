import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { type Json, parseJson, toHex, UnifareError, utf8 } from '@unifare/core'
import { systemClock } from '@unifare/core/node'
import { rawPublicKey, readPem } from '../key-files.ts'
import { EXIT, printJson, tell } from '../output.ts'
import {
  type OrderDraft,
  parseSignedOrder,
  type SignedOrder,
  signedText,
} from '../staff/staff-order.ts'

interface CentreSignOptions {
  readonly key: string
  readonly name: string
  /** Which centre it is for; a file that is signed already says so itself. */
  readonly centre: string
  readonly out?: string
}

/**
 * Signs an order to a centre as one of its staff: a new one, or one that another person has signed
 * before. What is signed is shown, so that nobody signs what they have not read.
 */
export async function signOrder(given: string, options: CentreSignOptions): Promise<number> {
  const { key: keyFile, name, out } = options
  const passphrase = process.env['UNIFARE_PASSPHRASE']
  const key = await readPem(keyFile, (pem) =>
    createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase }),
  )
  const publicKey = rawPublicKey(createPublicKey(key), keyFile)
  const text = given.startsWith('{') ? given : await readFile(given, 'utf8')
  const draft = draftOf(text, options.centre)
  const bytes = signedText(draft)
  const signature = toHex(new Uint8Array(sign(null, utf8(bytes), key)))
  const others = draft.signatures.filter((one) => one.name !== name)
  const { centre, at, order } = draft
  const signed: SignedOrder = { centre, at, order, signatures: [...others, { name, signature }] }
  const names = signed.signatures.map((one) => one.name).join(', ')
  tell(plain(`${name} signs · 签署: ${bytes.replace('\n', ' ')}`))
  tell(plain(`key · 公钥 ${toHex(publicKey)}; signed by · 已签: ${names}`))
  if (out === undefined) printJson(signed)
  else await writeFile(out, `${JSON.stringify(signed, null, 2)}\n`, { mode: 0o600 })
  return EXIT.ok
}

/** Text with the numbers of signs that would turn, hide or wipe others on a screen. */
function plain(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (sign) => {
    const number = sign.codePointAt(0) ?? 0
    return `\\u${number.toString(16).padStart(4, '0')}`
  })
}

function draftOf(text: string, centre: string): OrderDraft & Pick<SignedOrder, 'signatures'> {
  if (isSignedOrder(text)) return parseSignedOrder(text)
  let order: Json
  try {
    order = parseJson(text)
  } catch (error) {
    throw new UnifareError('staff.malformed', `no order: ${(error as Error).message}`)
  }
  if (typeof order !== 'object' || order === null || Array.isArray(order) || !('do' in order)) {
    throw new UnifareError('staff.malformed', 'an order is a JSON object with "do"')
  }
  return { centre, at: systemClock().now(), order: order as OrderDraft['order'], signatures: [] }
}

/** Whether a text is an order that somebody has signed. */
export function isSignedOrder(text: string): boolean {
  return /^\s*\{/.test(text) && /"signatures"\s*:/.test(text)
}
