import { concat, utf8 } from '@unifare/core'
import { sm3 } from '@unifare/crypto'

const TOKEN_BYTES = 8
const BLOCK_BYTES = 64

/**
 * Token of an account in an operator's accumulation scheme for one month: HMAC-SM3 under a secret
 * of the issuer, 8 bytes. The operator can add up a month's rides by it and links nothing across
 * months. It stands in the open in every code of the rider, so that others could link the month's
 * codes by it as well: that is the price of joining.
 */
export function schemeToken(
  secret: Uint8Array,
  scheme: {
    readonly account: string
    readonly operator: string
    /** YYYY-MM in the operator's zone. */
    readonly month: string
  },
): Uint8Array {
  const { account, operator, month } = scheme
  return hmacSm3(secret, utf8(`scheme ${account} ${operator} ${month}`)).slice(0, TOKEN_BYTES)
}

/** HMAC (RFC 2104) with SM3. */
export function hmacSm3(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES)
  block.set(key.length > BLOCK_BYTES ? sm3(key) : key)
  const inner = sm3(
    concat(
      block.map((byte) => byte ^ 0x36),
      message,
    ),
  )
  return sm3(
    concat(
      block.map((byte) => byte ^ 0x5c),
      inner,
    ),
  )
}
