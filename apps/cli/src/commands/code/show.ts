import { randomFillSync } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { fromHex, requireData, toHex } from '@unifare/core'
import { sm2Sign } from '@unifare/crypto'
import { makeCode, nextGenerationTime, parseCredential } from '@unifare/ridecode'
import { toString as qrText } from 'qrcode'
import { EXIT, printJson, printLines } from '../../output.ts'
import { readWallet, writeWallet } from './wallet-file.ts'

/** A code is replaced by a fresh one after so long (reference ridecode 1.1). */
const REFRESH_MS = 60_000

interface ShowOptions {
  readonly wallet: string
  /** 0 for the rider, 1 and on for those who are taken along. */
  readonly companion: number
  readonly json?: boolean
  /** A fresh code every minute, until it is interrupted. */
  readonly refresh?: boolean
}

/** Shows a code, or one after the other. */
export async function show(options: ShowOptions): Promise<number> {
  while (options.refresh === true) {
    await showOne(options)
    await pause(REFRESH_MS)
  }
  return showOne(options)
}

/** Makes a code and shows it. The wallet remembers its second first: no two codes of one second. */
async function showOne(options: ShowOptions): Promise<number> {
  const wallet = await readWallet(options.wallet)
  const { companion } = options
  const { companions = [] } = wallet
  const holder = companion === 0 ? wallet : companions[companion - 1]
  requireData(
    holder !== undefined,
    'wallet-file.no-companion',
    `this wallet takes ${companions.length} companions along`,
  )
  const credential = parseCredential(fromHex(holder.credential))
  const generationTimeS = nextGenerationTime(wallet.lastCodeS, Math.floor(Date.now() / 1_000))
  await writeWallet(options.wallet, { ...wallet, lastCodeS: generationTimeS })
  const keys = {
    privateKey: fromHex(holder.userKey.privateKey),
    publicKey: fromHex(holder.userKey.publicKey),
  }
  const code = makeCode({
    credential,
    generationTimeS,
    sign: (message, id) =>
      sm2Sign({ ...keys, id, message, random: (length) => randomFillSync(new Uint8Array(length)) }),
  })
  const untilS = generationTimeS + credential.validityS
  if (options.json === true) {
    printJson({ code: toHex(code), account: credential.cardAccount, generationTimeS, untilS })
    return EXIT.ok
  }
  // Byte mode, as scanners in the field expect it (reference ridecode 5.1).
  const symbol = await qrText([{ data: code, mode: 'byte' }], {
    type: 'utf8',
    errorCorrectionLevel: 'M',
  })
  printLines(
    symbol,
    `${credential.cardAccount} · ${new Date(untilS * 1_000).toISOString()}`,
    toHex(code),
  )
  return EXIT.ok
}
