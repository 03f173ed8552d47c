import { concat, fromHex, requireData, toHex } from '@unifare/core'

/**
 * The issuer's own field as Unifare's issuers fill it (ours; reference ridecode 1.6 shows others):
 *
 * | offset | bytes | meaning |
 * |---|---|---|
 * | 0 | 1 | F1: this form |
 * | 1 | 1 | high nibble: companions at most; bit 3: a companion's credential; bits 2 to 0: risk class |
 * | 2 | 12 each | scheme: operator (4, packed), token (8); at most two, so that n stays below 31 |
 *
 * It is under the signature of the issuer, like everything that a phone must not change.
 */
const FORM = 0xf1
const HEAD_BYTES = 2
const OPERATOR_BYTES = 4
const TOKEN_BYTES = 8
const SCHEME_BYTES = OPERATOR_BYTES + TOKEN_BYTES
const SCHEMES_MAX = 2
const COMPANIONS_MAX = 15
const COMPANION_BIT = 0x08
const RISK_BITS = 0x07

/** How far an account is trusted (reference reliability 10.4). */
export const RISK_CLASSES = ['none', 'prepaid', 'new', 'standard'] as const

export type RiskClass = (typeof RISK_CLASSES)[number]

/** What a Unifare issuer says in its own field. */
export interface CustomField {
  /** Companions that the rider may take along within one validity of a code. */
  readonly companions: number
  /** The credential is for somebody whom its rider takes along; absent for the rider's own. */
  readonly companion?: boolean
  readonly riskClass: RiskClass
  /** Accumulation schemes that the rider joined, by operator. */
  readonly schemes: readonly SchemeToken[]
}

/**
 * Constant for one operator and month. Its meaning is known to that operator alone, but whoever
 * reads the codes sees it: a rider who joins a scheme gives up being unlinkable within the month.
 */
export interface SchemeToken {
  /** Operator, 8 digits. */
  readonly operator: string
  /** 16 hexadecimal digits. */
  readonly token: string
}

/** Bytes of field 14. Throws `code.bad-field` for what does not fit. */
export function encodeCustomField(field: CustomField): Uint8Array {
  const { companions, companion = false, riskClass, schemes } = field
  const fits =
    Number.isInteger(companions) &&
    companions >= 0 &&
    companions <= COMPANIONS_MAX &&
    schemes.length <= SCHEMES_MAX &&
    schemes.every(
      ({ operator, token }) => /^[0-9]{8}$/.test(operator) && /^[0-9A-F]{16}$/.test(token),
    )
  requireData(fits, 'code.bad-field', 'the custom field takes 15 companions and two schemes')
  return concat(
    Uint8Array.of(
      FORM,
      (companions << 4) | (companion ? COMPANION_BIT : 0) | RISK_CLASSES.indexOf(riskClass),
    ),
    ...schemes.flatMap(({ operator, token }) => [fromHex(operator), fromHex(token)]),
  )
}

/**
 * What field 14 says. Undefined for an empty one and for other issuers' forms, which is no fault:
 * then a rider has no companions and no schemes.
 */
export function decodeCustomField(custom: Uint8Array): CustomField | undefined {
  const schemeBytes = custom.length - HEAD_BYTES
  const fits = schemeBytes >= 0 && schemeBytes % SCHEME_BYTES === 0
  const riskClass = RISK_CLASSES[(custom[1] ?? 0) & RISK_BITS]
  if (!fits || custom[0] !== FORM || riskClass === undefined) return undefined
  const schemes: SchemeToken[] = []
  for (let at = HEAD_BYTES; at < custom.length; at += SCHEME_BYTES) {
    const operator = toHex(custom.subarray(at, at + OPERATOR_BYTES))
    if (!/^[0-9]{8}$/.test(operator)) return undefined
    schemes.push({
      operator,
      token: toHex(custom.subarray(at + OPERATOR_BYTES, at + SCHEME_BYTES)),
    })
  }
  if (schemes.length > SCHEMES_MAX) return undefined
  const companion = ((custom[1] ?? 0) & COMPANION_BIT) !== 0
  return {
    companions: (custom[1] ?? 0) >> 4,
    ...(companion ? { companion } : {}),
    riskClass,
    schemes,
  }
}
