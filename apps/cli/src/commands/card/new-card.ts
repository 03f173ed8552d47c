import { existsSync } from 'node:fs'
import { type CardMasterKeys, type CityUnionProfile, personalise } from '@unifare/card'
import { fromHex, UnifareError } from '@unifare/core'
import { makeCardNumber } from '@unifare/registry'
import { EXIT, printJson, printLines } from '../../output.ts'
import { writeCardFile } from './card-file.ts'
import { type Issuer, issuerOf } from './issuer-choice.ts'
import { type CardAlgorithm, type KeyRing, openKeyRing } from './key-ring.ts'
import { openTerminalBook } from './terminal-book.ts'

export const CARD_KINDS = ['ordinary', 'student', 'senior', 'test', 'military'] as const

/** What `unifare card new` is asked. */
export interface NewCardOptions {
  readonly json?: boolean
  readonly data: string
  readonly keys?: string
  readonly city: string
  readonly kind: (typeof CARD_KINDS)[number]
  readonly balance: number
  readonly algorithm: CardAlgorithm
  readonly dual?: boolean
  readonly interop: boolean
  readonly from: string
  readonly to: string
  readonly force?: boolean
}

/** Makes a card of an issuer and writes its file. */
export async function newCard(file: string, options: NewCardOptions): Promise<number> {
  if (existsSync(file) && options.force !== true) {
    throw new UnifareError(
      'card-file.exists',
      `${file} is there already: name another file, or --force`,
    )
  }
  const issuer = issuerOf(options.city)
  const ring = await openKeyRing(options.keys)
  const book = await openTerminalBook(options.data)
  const serial = await book.nextNumber(issuer.iin)
  const number = makeCardNumber({ iin: issuer.iin, serial })
  const card = await personalise({
    issuer: issuer.id,
    number,
    provinceCode: `${issuer.city.slice(0, 2)}00`,
    cityCode: issuer.city,
    validFrom: options.from,
    validTo: options.to,
    interoperable: options.interop,
    balanceFen: options.balance,
    cardKind: CARD_KINDS.indexOf(options.kind) + 1,
    keys: keysOf(ring, 'mot', options.algorithm),
    ...(options.dual && { cityUnion: cityUnionOf({ issuer, serial, ring, options }) }),
  })
  await writeCardFile(file, card)
  const made = {
    file,
    number,
    issuer: issuer.id,
    city: issuer.city,
    kind: options.kind,
    balanceFen: options.balance,
    algorithm: options.algorithm,
    dual: options.dual === true,
    keys: ring.name,
  }
  if (options.json === true) printJson(made)
  else {
    printLines(
      `${number}  ${issuer.nameEn} · ${issuer.nameZh}`,
      `${file}: ${options.kind}, ${options.algorithm}${made.dual ? ', dual' : ''}, ${ring.name}`,
      'The file holds the keys of the card: keep it as one keeps a card. · 文件含卡片密钥，请妥善保管。',
    )
  }
  return EXIT.ok
}

function keysOf(ring: KeyRing, scheme: 'mot' | 'mohurd', algorithm: CardAlgorithm): CardMasterKeys {
  return { store: ring.store, ...ring.masters(scheme, algorithm) }
}

/** The city-union purse of a dual card: the same holder, city and days, its own keys and money. */
function cityUnionOf(dual: {
  readonly issuer: Issuer
  readonly serial: number
  readonly ring: KeyRing
  readonly options: NewCardOptions
}): CityUnionProfile {
  const { issuer, serial, ring, options } = dual
  const digits = String(serial).padStart(16, '0')
  return {
    issuer: issuer.city,
    city: issuer.city,
    serial: digits,
    validFrom: options.from,
    validTo: options.to,
    balanceFen: options.balance,
    uid: fromHex(`00${digits}`),
    keys: keysOf(ring, 'mohurd', '3des'),
  }
}
