import { type CKA, CKR } from './constants.ts'
import type { Cryptoki } from './cryptoki.ts'
import { resultError } from './results.ts'
import { type Attributes, readUlong, templateOf, ulong } from './templates.ts'

/** One session with a token, and the objects that it sees. */
export interface Session {
  readonly cryptoki: Cryptoki
  readonly handle: number
}

const FIND_AT_ONCE = 256

/** Creates an object and returns its handle. */
export function createObject({ cryptoki, handle }: Session, attributes: Attributes): number {
  const template = templateOf(attributes)
  const object = ulong()
  cryptoki.call('C_CreateObject', [handle, template, template.count, object])
  return readUlong(object)
}

export function destroyObject({ cryptoki, handle }: Session, object: number): void {
  cryptoki.call('C_DestroyObject', [handle, object])
}

/** Handles of the objects with all these attributes. */
export function findObjects({ cryptoki, handle }: Session, attributes: Attributes): number[] {
  const template = templateOf(attributes)
  cryptoki.call('C_FindObjectsInit', [handle, template, template.count])
  const found: number[] = []
  const [handles, count] = [new Uint8Array(8 * FIND_AT_ONCE), ulong()]
  do {
    cryptoki.call('C_FindObjects', [handle, handles, FIND_AT_ONCE, count])
    for (let at = 0; at < readUlong(count); at++) found.push(readUlong(handles, at * 8))
  } while (readUlong(count) === FIND_AT_ONCE)
  cryptoki.call('C_FindObjectsFinal', [handle])
  return found
}

/** Bytes of an attribute. Throws `key.hsm-sensitive` for what never leaves the token. */
export function readAttribute(
  { cryptoki, handle }: Session,
  object: number,
  name: keyof typeof CKA,
): Uint8Array {
  const asked = templateOf({ [name]: new Uint8Array(0) })
  const result = cryptoki.result('C_GetAttributeValue', [handle, object, asked, 1])
  if (result !== CKR.ok) throw resultError('C_GetAttributeValue', result)
  const value = new Uint8Array(readUlong(asked.bytes, 16))
  if (value.length > 0) {
    cryptoki.call('C_GetAttributeValue', [handle, object, templateOf({ [name]: value }), 1])
  }
  return value
}

/** Text of an attribute. What others wrote may be no text at all; it then equals no text of ours. */
export function readText(session: Session, object: number, name: keyof typeof CKA): string {
  return new TextDecoder().decode(readAttribute(session, object, name))
}
