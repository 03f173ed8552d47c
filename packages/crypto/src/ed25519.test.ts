import { fromHex, toHex, utf8 } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import {
  ed25519KeyPair,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  p256KeyPair,
  p256PublicKey,
  p256Sign,
  p256Verify,
} from './index.ts'

describe('Ed25519: RFC 8032, 7.1', () => {
  test.each([
    [
      '9D61B19DEFFD5A60BA844AF492EC2CC44449C5697B326919703BAC031CAE7F60',
      'D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A',
      '',
      'E5564300C360AC729086E2CC806E828A84877F1EB8E5D974D873E065224901555FB8821590A33BACC61E39701CF9B46BD25BF5F0595BBE24655141438E7A100B',
    ],
    [
      '4CCD089B28FF96DA9DB6C346EC114E0F5B8A319F35ABA624DA8CF6ED4FB8A6FB',
      '3D4017C3E843895A92B70AA74D1B7EBC9C982CCF2EC4968CC0CD55F12AF4660C',
      '72',
      '92A009A9F0D4CAB8720E820B5F642540A2B27B5416503F8FB3762223EBDB69DA085AC1E43E15996E458F3613D0F11D8C387B2EAEB4302AEEB00D291612BB0C00',
    ],
    [
      'C5AA8DF43F9F837BEDB7442F31DCB7B166D38535076F094B85CE3A2E0B4458F7',
      'FC51CD8E6218A1A38DA47ED00230F0580816ED13BA3303AC5DEB911548908025',
      'AF82',
      '6291D657DEEC24024827E69C3ABE01A30CE548A284743A445E3680D7DB5AC3AC18FF9B538D16F290AE67F760984DC6594A7C15E9716ED28DC027BECEEA1EC40A',
    ],
  ])('private key %s', (privateKey, publicKey, message, signature) => {
    expect(toHex(ed25519PublicKey(fromHex(privateKey)))).toBe(publicKey)
    expect(toHex(ed25519Sign(fromHex(privateKey), fromHex(message)))).toBe(signature)
    expect(ed25519Verify(fromHex(publicKey), fromHex(message), fromHex(signature))).toBe(true)
  })

  test('a changed message, signature or key is refused, without throwing', () => {
    const { privateKey, publicKey } = ed25519KeyPair((length) => new Uint8Array(length).fill(7))
    const message = utf8('a batch of taps')
    const signature = ed25519Sign(privateKey, message)
    expect(ed25519Verify(publicKey, message, signature)).toBe(true)
    expect(ed25519Verify(publicKey, utf8('a batch of tapz'), signature)).toBe(false)
    for (let bit = 0; bit < 512; bit += 11) {
      const changed = signature.slice()
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(ed25519Verify(publicKey, message, changed)).toBe(false)
    }
    expect(ed25519Verify(publicKey.subarray(1), message, signature)).toBe(false)
    expect(ed25519Verify(publicKey, message, signature.subarray(1))).toBe(false)
    expect(ed25519Verify(new Uint8Array(32).fill(255), message, signature)).toBe(false)
  })

  test('a private key of another length is refused', () => {
    expect(() => ed25519Sign(new Uint8Array(31), utf8(''))).toThrow(
      expect.objectContaining({ code: 'key.bad-material' }),
    )
  })
})

describe('P-256: RFC 6979, A.2.5', () => {
  const privateKey = fromHex('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721')
  const signature = fromHex(
    'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716' +
      'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
  )

  test('"sample" with SHA-256', () => {
    expect(p256Sign(privateKey, utf8('sample'))).toEqual(signature)
    expect(p256Verify(p256PublicKey(privateKey), utf8('sample'), signature)).toBe(true)
  })

  test('a changed message, signature or key is refused, without throwing', () => {
    const publicKey = p256PublicKey(privateKey)
    expect(p256Verify(publicKey, utf8('samplf'), signature)).toBe(false)
    expect(p256Verify(publicKey, utf8('sample'), new Uint8Array(64))).toBe(false)
    expect(p256Verify(publicKey, utf8('sample'), signature.subarray(1))).toBe(false)
    expect(p256Verify(new Uint8Array(33), utf8('sample'), signature)).toBe(false)
    expect(() => p256PublicKey(new Uint8Array(32))).toThrow(
      expect.objectContaining({ code: 'key.bad-material' }),
    )
  })

  test('new keys sign and verify', () => {
    const pair = p256KeyPair((length) => new Uint8Array(length).fill(9))
    expect(p256Verify(pair.publicKey, utf8('m'), p256Sign(pair.privateKey, utf8('m')))).toBe(true)
  })
})
