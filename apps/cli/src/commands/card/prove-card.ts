import {
  ALGORITHM_SM4,
  type CardEvidence,
  type CardTransport,
  type CardView,
  deriveCardKey,
  exchange,
  isEmptyRecord,
  logLayout,
  purchaseCounter,
  readCard,
  SFI,
  SW,
  TRANSACTION,
  verifyEvidence,
} from '@unifare/card'
import { equalBytes, toHex } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { type KeyRing, openKeyRing } from './key-ring.ts'
import { type CardChoice, openCard } from './open-card.ts'
import { refused } from './refusal.ts'
import { openTerminalBook } from './terminal-book.ts'
import { inLanguage, type Text } from './text.ts'

/** What `unifare card prove` is asked. */
export interface ProveOptions extends CardChoice {
  readonly json?: boolean
  readonly data: string
  readonly keys?: string
  readonly counter?: number
}

const LOG_RECORDS = 10

/**
 * Asks the card for the proof of its last purchase (GET TRANSACTION PROVE) and, where this terminal
 * made that purchase, verifies the TAC as the issuer would.
 */
export async function proveCard(file: string | undefined, options: ProveOptions): Promise<number> {
  const ring = await openKeyRing(options.keys)
  const book = await openTerminalBook(options.data)
  const card = await openCard(file, options)
  try {
    const read = await readCard(card.transport)
    if (!read.ok) throw refused(read)
    const { view } = read
    const asked = await lastPurchase(card.transport, options.counter)
    const answer = await exchange(card.transport, {
      header: 0x805a0000 + asked.type,
      data: Uint8Array.of(asked.counter >> 8, asked.counter & 0xff),
      le: 8,
    })
    if (answer.sw !== SW.ok) throw refused({ ok: false, code: 'card.no-proof', sw: answer.sw })
    const proof = { mac2: answer.data.slice(0, 4), tac: answer.data.slice(4) }
    const known = book.evidence(view.number)
    const own = known && purchaseCounter(known) === asked.counter ? known : undefined
    const genuine = own ? await isGenuine(ring, { view, evidence: own, tac: proof.tac }) : null
    const told = {
      number: view.number,
      counter: asked.counter,
      type: asked.type,
      mac2: toHex(proof.mac2),
      tac: toHex(proof.tac),
      genuine,
    }
    if (options.json === true) printJson(told)
    else {
      printLines(
        `${told.number} ${told.counter}: MAC2 ${told.mac2}, TAC ${told.tac}`,
        inLanguage(VERDICTS[String(genuine) as keyof typeof VERDICTS], options.lang),
      )
    }
    return genuine === false ? EXIT.differences : EXIT.ok
  } finally {
    await card.close()
  }
}

const VERDICTS = {
  true: { en: 'the TAC is genuine', zh: 'TAC 验证通过' },
  false: { en: 'the TAC is false', zh: 'TAC 验证失败' },
  null: {
    en: 'not verified: this terminal did not make that purchase',
    zh: '未验证：该交易并非本终端所为',
  },
} as const satisfies Record<string, Text>

/** Counter and type of the newest purchase in the log, or of the one asked for. */
async function lastPurchase(
  transport: CardTransport,
  counter: number | undefined,
): Promise<{ readonly counter: number; readonly type: number }> {
  for (let place = 1; place <= LOG_RECORDS; place++) {
    const header = 0x00b20004 + (place << 8) + (SFI.log << 3)
    const { data, sw } = await exchange(transport, { header, le: 0 })
    if (sw !== SW.ok || isEmptyRecord(data)) break
    const { type, number } = logLayout.decode(data)
    const purchase = type === TRANSACTION.purchase || type === TRANSACTION.compositePurchase
    if (purchase && (counter === undefined || number === counter)) return { counter: number, type }
  }
  throw refused({ ok: false, code: 'card.no-proof' })
}

async function isGenuine(
  ring: KeyRing,
  found: { readonly view: CardView; readonly evidence: CardEvidence; readonly tac: Uint8Array },
): Promise<boolean> {
  const { view, evidence, tac } = found
  const masters = ring.masters('mot', evidence.algorithm === ALGORITHM_SM4 ? 'sm4' : '3des')
  const tacKey = await deriveCardKey({ store: ring.store, ref: masters.tac, identity: view })
  return verifyEvidence({ evidence, tacKey }).tac === true && equalBytes(tac, evidence.tac)
}
