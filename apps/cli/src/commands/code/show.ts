import { randomFillSync } from 'node:crypto'
import { fromHex, toHex } from '@unifare/core'
import { sm2Sign } from '@unifare/crypto'
import { makeCode, nextGenerationTime, parseCredential } from '@unifare/ridecode'
import { toString as qrText } from 'qrcode'
import { EXIT, printJson, printLines } from '../../output.ts'
import { readWallet, writeWallet } from './wallet-file.ts'

/** Makes a code and shows it. The wallet remembers its second first: no two codes of one second. */
export async function show(options: {
  readonly wallet: string
  readonly json?: boolean
}): Promise<number> {
  const wallet = await readWallet(options.wallet)
  const credential = parseCredential(fromHex(wallet.credential))
  const generationTimeS = nextGenerationTime(wallet.lastCodeS, Math.floor(Date.now() / 1_000))
  await writeWallet(options.wallet, { ...wallet, lastCodeS: generationTimeS })
  const keys = {
    privateKey: fromHex(wallet.userKey.privateKey),
    publicKey: fromHex(wallet.userKey.publicKey),
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
