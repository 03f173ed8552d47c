import { equalBytes, requireData } from '@unifare/core'
import { checkValueOf } from './key-material.ts'
import type { KeyRef } from './key-ref.ts'

/** Check value, 3 bytes, of one component: that of the component taken as a key. */
export function componentCheckValue(ref: KeyRef, component: Uint8Array): Uint8Array {
  return checkValueOf({ ref, material: component })
}

/**
 * Key of 16 bytes as the XOR of its components. Throws `key.bad-component` for fewer than two, for
 * a component that tells a custodian the key of the others (zeros, or one given twice), and for a
 * key whose halves are equal, which would be single DES.
 */
export function combineComponents(components: readonly Uint8Array[]): Uint8Array {
  requireData(components.length >= 2, 'key.bad-component', 'a key takes two components or more')
  components.forEach((component, at) => {
    requireData(component.length === 16, 'key.bad-component', 'a component has 16 bytes')
    requireData(
      component.some((byte) => byte !== 0),
      'key.bad-component',
      'a component of zeros leaves the key to the others',
    )
    requireData(
      !components.slice(0, at).some((other) => equalBytes(other, component)),
      'key.bad-component',
      'one component was given twice: the two cancel each other',
    )
  })
  const key = new Uint8Array(16)
  for (const component of components) {
    for (let at = 0; at < 16; at++) key[at]! ^= component[at]!
  }
  const weak = sameDesKey(key.subarray(0, 8), key.subarray(8))
  if (weak) key.fill(0)
  requireData(!weak, 'key.bad-component', 'both halves of the key are equal: that is single DES')
  return key
}

/** Whether two DES keys are one, parity bits aside. */
function sameDesKey(left: Uint8Array, right: Uint8Array): boolean {
  return left.every((byte, at) => (byte & 0xfe) === (right[at]! & 0xfe))
}
