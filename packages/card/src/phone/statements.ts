import { utf8 } from '@unifare/core'

/**
 * What a phone signs with its device key before an issuer gives it a card (ours): the issuer's
 * institution code and the challenge that it gave for this phone, rider and business day.
 */
export function deviceStatement(issuer: string, challenge: string): Uint8Array {
  return utf8(`${issuer} ${challenge}`)
}

/**
 * What a device signs with its key on the link to act for a rider (ours); `rider` is that rider's
 * id on the link.
 */
export function consentStatement(issuer: string, rider: string): Uint8Array {
  return utf8(`unifare device 1\n${issuer} ${rider}`)
}
