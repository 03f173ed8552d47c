import { createECDH } from 'node:crypto'
import { fromHex, toHex } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { p256SharedSecret } from './index.ts'

describe('a secret of two P-256 keys', () => {
  test('the vector of RFC 5903, section 8.1, and what node:crypto computes', () => {
    const mine = 'C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433'
    const theirs =
      '04D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63' +
      '56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB'
    const secret = p256SharedSecret(fromHex(mine), fromHex(theirs))
    expect(toHex(secret)).toBe('D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE')
    const node = createECDH('prime256v1')
    node.setPrivateKey(fromHex(mine))
    expect(toHex(node.computeSecret(fromHex(theirs)))).toBe(toHex(secret))
  })

  test('a point beside the curve is refused', () => {
    const off = fromHex(`04${'01'.repeat(64)}`)
    const refused = expect.objectContaining({ code: 'key.bad-material' })
    expect(() => p256SharedSecret(fromHex('11'.repeat(32)), off)).toThrow(refused)
  })
})
