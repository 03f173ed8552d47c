import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { openBundle, type SignedBundle, signBundle } from '@unifare/bundle'
import { instantFromDigits, UnifareError } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { readTariffList, type TariffListContent } from '@unifare/fares'
import { rawPublicKey, readPem } from '../../key-files.ts'
import { tell } from '../../output.ts'

/** Whether a file holds a signed list, as operators publish it, and not a tariff. */
export function isSigned(text: string): boolean {
  return /^\s*\{/.test(text) && /"signature"\s*:/.test(text)
}

/**
 * Opens a signed list of tariffs with its publisher's key. Throws what is wrong with the signature
 * before anything in the list is believed, then `fares.wrong-publisher` for fares of somebody else.
 */
export async function openSigned(
  text: string,
  { file, keyFile }: { readonly file: string; readonly keyFile: string | undefined },
): Promise<TariffListContent> {
  if (keyFile === undefined) {
    throw new UnifareError('fare.no-key', `${file} is signed: name its publisher's key with --key`)
  }
  const key = rawPublicKey(await readPem(keyFile, createPublicKey), keyFile)
  const bundle = openBundle(parsed(text, file), () => key, nodeEngine())
  if (bundle.kind !== 'tariffs') {
    throw new UnifareError('fares.bad-list', `${file} is a list of ${bundle.kind}, not of tariffs`)
  }
  tell(`${file}: signed by ${bundle.publisher}, version ${bundle.version}`)
  return readTariffList(bundle.content, bundle.publisher)
}

/** Signs tariffs, with the networks they bring, as the list that their operator publishes. */
export async function signList(
  list: TariffListContent,
  options: { readonly publisher: string; readonly keyFile: string; readonly version?: number },
): Promise<SignedBundle> {
  const { publisher, keyFile } = options
  const key = await readPem(keyFile, createPrivateKey)
  rawPublicKey(createPublicKey(key), keyFile)
  const content = JSON.parse(JSON.stringify(list)) as unknown
  readTariffList(content, publisher)
  const days = list.tariffs.map(({ validFrom }) => validFrom).toSorted()
  const bundle = {
    publisher,
    kind: 'tariffs',
    version: options.version ?? Math.max(...list.tariffs.map(({ version }) => version)),
    validFrom: instantFromDigits(`${(days[0] ?? '').replaceAll('-', '')}000000`),
    validTo: null,
    content,
  } as const
  return signBundle(bundle, async (message) => new Uint8Array(sign(null, message, key)))
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UnifareError('bundle.malformed', `${file} is no JSON`)
  }
}
