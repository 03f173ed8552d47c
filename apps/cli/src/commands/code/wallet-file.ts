import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fromUtf8, parseJson, requireData, UnifareError } from '@unifare/core'
import type { IssuerKeysContent } from '@unifare/ridecode'

interface KeyText {
  readonly privateKey: string
  readonly publicKey: string
}

/** A wallet for trying out: its credential, its key, and the scheme that vouches for both. */
export interface WalletFile {
  readonly format: 'unifare.wallet/1'
  readonly credential: string
  readonly userKey: KeyText
  /** Those taken along: credentials and keys of their own; absent in wallets of before. */
  readonly companions?: readonly { readonly credential: string; readonly userKey: KeyText }[]
  readonly lastCodeS: number
  readonly issuerKeys: IssuerKeysContent
}

/** Writes a wallet, readable by its owner alone: it holds the key of the phone. */
export async function writeWallet(file: string, wallet: WalletFile): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, `${JSON.stringify(wallet, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

/** Reads a wallet. Throws `wallet-file.missing` and `wallet-file.bad`. */
export async function readWallet(file: string): Promise<WalletFile> {
  const content = await readJson(file)
  const { format, credential, userKey } = content as Partial<WalletFile>
  requireData(
    format === 'unifare.wallet/1' && typeof credential === 'string' && userKey !== undefined,
    'wallet-file.bad',
    `${file} is no wallet: make one with "unifare code issue"`,
  )
  return content as unknown as WalletFile
}

/** The list of issuer keys in a file of its own, or in a wallet. */
export async function readIssuerKeys(file: string): Promise<unknown> {
  const content = await readJson(file)
  return content['issuerKeys'] ?? content
}

async function readJson(file: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await readFile(file).catch(() => {
    throw new UnifareError(
      'wallet-file.missing',
      `no file ${file}: make a wallet with "unifare code issue"`,
    )
  })
  const content = parseJson(fromUtf8(new Uint8Array(bytes)))
  requireData(
    typeof content === 'object' && content !== null && !Array.isArray(content),
    'wallet-file.bad',
    `${file} is no JSON object`,
  )
  return content as Readonly<Record<string, unknown>>
}
