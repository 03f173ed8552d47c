import { type Cipheriv, createCipheriv, createSecretKey } from 'node:crypto'
import { FACTOR_BYTES, isTac, TAC_BYTES, TAC_INPUT_BYTES, type TacWork } from './card-tac-work.ts'

/**
 * Forms in which `node:crypto` can check TACs. Factors and padded messages lie ready, and every
 * MAC is one call, so that nothing but the ciphers counts.
 */
const FORMS = {
  '3des': {
    'two ciphers a TAC': { diversify: 'each', mac: 'des-ede-cbc' },
    'master kept open, des-ede-cbc K‖K': { diversify: 'open', mac: 'des-ede-cbc' },
    'all diversifications in one update, des-ede-cbc K‖K': {
      diversify: 'all',
      mac: 'des-ede-cbc',
    },
    'all diversifications in one update, des-ede3-cbc K‖K‖K': {
      diversify: 'all',
      mac: 'des-ede3-cbc',
    },
    'all diversifications in one update, des-ede-cbc, key objects': {
      diversify: 'all',
      mac: 'des-ede-cbc',
      keyObjects: true,
    },
    'all diversifications in one update, des-ede3-cbc, key objects': {
      diversify: 'all',
      mac: 'des-ede3-cbc',
      keyObjects: true,
    },
    // Only where OpenSSL has its legacy provider.
    'all diversifications in one update, des-cbc': { diversify: 'all', mac: 'des-cbc' },
  },
  sm4: {
    'two ciphers a TAC': { diversify: 'each', mac: 'sm4-cbc' },
    'master kept open': { diversify: 'open', mac: 'sm4-cbc' },
    'all diversifications in one update': { diversify: 'all', mac: 'sm4-cbc' },
    'all diversifications in one update, key objects': {
      diversify: 'all',
      mac: 'sm4-cbc',
      keyObjects: true,
    },
  },
} as const satisfies Record<TacWork['algorithm'], Record<string, Form>>

interface Form {
  readonly diversify: 'each' | 'open' | 'all'
  readonly mac: keyof typeof KEY_COPIES
  readonly keyObjects?: true
}

/** How often the MAC key stands in the key of a cipher. */
const KEY_COPIES = { 'des-cbc': 1, 'des-ede-cbc': 2, 'des-ede3-cbc': 3, 'sm4-cbc': 1 } as const
const BLOCK_BYTES = { '3des': 8, sm4: 16 } as const
const DIVERSIFIER = { '3des': 'des-ede', sm4: 'sm4-ecb' } as const

/** A native form, ready to check the work as often as asked. */
export interface NativeForm {
  readonly name: string
  /** Every row's TAC. */
  tacs(): Uint8Array
  /** 1 for a good TAC, 0 for a wrong one. */
  verdicts(): Uint8Array
}

/** The forms that this Node can run. */
export function nativeForms(work: TacWork): NativeForm[] {
  return Object.entries<Form>(FORMS[work.algorithm])
    .filter(([, { mac }]) => isAvailable(mac))
    .map(([name, form]) => nativeForm(name, form, work))
}

function isAvailable(mac: Form['mac']): boolean {
  try {
    const block = mac === 'sm4-cbc' ? 16 : 8
    createCipheriv(mac, new Uint8Array(KEY_COPIES[mac] * block), new Uint8Array(block))
    return true
  } catch {
    return false
  }
}

function nativeForm(name: string, form: Form, work: TacWork): NativeForm {
  const { count, tacs } = work
  const width = BLOCK_BYTES[work.algorithm]
  const blocks = factorBlocks(work)
  const padded = paddedInputs(work)
  const length = padded.length / count
  const iv = new Uint8Array(width)
  const key = new Uint8Array(KEY_COPIES[form.mac] * width)

  const eachMac = (take: (chain: Uint8Array, row: number) => void) => {
    const keyOf = diversifier(form, work, blocks)
    for (let i = 0; i < count; i++) {
      setMacKey(key, keyOf(i), width)
      const cipher = createCipheriv(form.mac, form.keyObjects ? createSecretKey(key) : key, iv)
      take(cipher.update(padded.subarray(i * length, (i + 1) * length)), i)
    }
  }
  return {
    name,
    tacs() {
      const made = new Uint8Array(count * TAC_BYTES)
      eachMac((chain, row) => {
        const mac = chain.subarray(length - width, length - width + TAC_BYTES)
        made.set(mac, row * TAC_BYTES)
      })
      return made
    },
    verdicts() {
      const verdicts = new Uint8Array(count)
      eachMac((chain, row) => {
        verdicts[row] = isTac(chain, length - width, { tacs, row })
      })
      return verdicts
    },
  }
}

/** Gives the diversified key of a row, 16 bytes. */
function diversifier(
  { diversify }: Form,
  work: TacWork,
  blocks: Uint8Array,
): (row: number) => Uint8Array {
  const block = (row: number) => blocks.subarray(row * 16, (row + 1) * 16)
  if (diversify === 'each') return (row) => openCipher(work).update(block(row))
  const open = openCipher(work)
  if (diversify === 'open') return (row) => open.update(block(row))
  const keys = open.update(blocks)
  return (row) => keys.subarray(row * 16, (row + 1) * 16)
}

function openCipher({ algorithm, issuerKey }: TacWork): Cipheriv {
  return createCipheriv(DIVERSIFIER[algorithm], issuerKey, null).setAutoPadding(false)
}

/** 3DES: both halves added, as often as the cipher wants; SM4: the key itself. */
function setMacKey(key: Uint8Array, diversified: Uint8Array, width: number): void {
  if (width === 16) {
    key.set(diversified)
    return
  }
  for (let i = 0; i < key.length; i++) key[i] = diversified[i & 7]! ^ diversified[8 + (i & 7)]!
}

function factorBlocks({ count, factors }: TacWork): Uint8Array {
  return Uint8Array.from({ length: count * 16 }, (_, i) => {
    const byte = factors[(i >> 4) * FACTOR_BYTES + (i & 7)]!
    return i & 8 ? ~byte : byte
  })
}

function paddedInputs({ algorithm, count, inputs }: TacWork): Uint8Array {
  const width = BLOCK_BYTES[algorithm]
  const length = TAC_INPUT_BYTES + width - (TAC_INPUT_BYTES % width)
  const padded = new Uint8Array(count * length)
  for (let i = 0; i < count; i++) {
    padded.set(inputs.subarray(i * TAC_INPUT_BYTES, (i + 1) * TAC_INPUT_BYTES), i * length)
    padded[i * length + TAC_INPUT_BYTES] = 0x80
  }
  return padded
}
