/** Numbers of PKCS#11 2.40 that this store uses; names as in the standard, prefix aside. */

export const CKO = { data: 0, publicKey: 2, privateKey: 3, secretKey: 4 } as const

export const CKK = { ec: 0x03, des2: 0x14 } as const

export const CKA = {
  class: 0x00,
  token: 0x01,
  private: 0x02,
  label: 0x03,
  application: 0x10,
  value: 0x11,
  checkValue: 0x90,
  keyType: 0x100,
  sensitive: 0x103,
  encrypt: 0x104,
  decrypt: 0x105,
  wrap: 0x106,
  unwrap: 0x107,
  sign: 0x108,
  verify: 0x10a,
  derive: 0x10c,
  extractable: 0x162,
  modifiable: 0x170,
  ecParams: 0x180,
  ecPoint: 0x181,
} as const

export const CKM = {
  des2KeyGen: 0x130,
  des3Ecb: 0x132,
  des3Cbc: 0x133,
  ecKeyPairGen: 0x1040,
  ecdsa: 0x1041,
  /** The one that SoftHSM has and bindings lack: it wants a pointer structure as parameter. */
  des3EcbEncryptData: 0x1102,
} as const

export const CKF = {
  rwSession: 1 << 1,
  serialSession: 1 << 2,
  osLockingOk: 1 << 1,
  pinCountLow: 1 << 16,
  pinFinalTry: 1 << 17,
  pinLocked: 1 << 18,
} as const

export const CKU_USER = 1

/** Results that have a meaning of their own here; every other one is a fault of the token. */
export const CKR = {
  ok: 0x00,
  slotIdInvalid: 0x03,
  attributeReadOnly: 0x10,
  attributeSensitive: 0x11,
  deviceError: 0x30,
  deviceRemoved: 0x32,
  keyHandleInvalid: 0x60,
  keyTypeInconsistent: 0x63,
  keyFunctionNotPermitted: 0x68,
  keyUnextractable: 0x6a,
  mechanismInvalid: 0x70,
  mechanismParamInvalid: 0x71,
  objectHandleInvalid: 0x82,
  pinIncorrect: 0xa0,
  pinInvalid: 0xa1,
  pinLenRange: 0xa2,
  pinExpired: 0xa3,
  pinLocked: 0xa4,
  sessionClosed: 0xb0,
  sessionHandleInvalid: 0xb3,
  signatureInvalid: 0xc0,
  signatureLenRange: 0xc1,
  tokenNotPresent: 0xe0,
  userNotLoggedIn: 0x101,
  cryptokiAlreadyInitialized: 0x191,
} as const

/** prime256v1 as a DER object identifier. */
export const P256_OID = Uint8Array.of(0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07)
