import { canonicalJson, parseJson, UnifareError, utf8 } from '@unifare/core'
import { type KeyRef, keyRefText, parseKeyRef } from '../../src/key-ref.ts'
import type { KeyLife } from '../../src/key-state.ts'
import { parseLife } from '../key-life-text.ts'
import { CKO } from './constants.ts'
import {
  createObject,
  destroyObject,
  findObjects,
  readAttribute,
  readText,
  type Session,
} from './objects.ts'

/** A key of a token: its objects carry the reference as label. */
export interface TokenKey {
  readonly ref: KeyRef
  readonly life: KeyLife
  /** Secret or private key; undefined once destroyed. */
  readonly handle: number | undefined
  readonly publicHandle: number | undefined
}

/** Marks our notes among the data objects of a token. */
const APPLICATION = 'unifare'

/** A key whose note is missing: somebody was cut off while putting it in. It is not active. */
const UNNOTED: KeyLife = { state: 'pre-active', history: [] }

/** Our keys of a token by the text of their references; what others keep there is left alone. */
export function readKeys(session: Session): Map<string, TokenKey> {
  const lives = readLives(session)
  const handles = new Map([
    ...labelled(session, CKO.secretKey),
    ...labelled(session, CKO.privateKey),
  ])
  const publics = new Map(labelled(session, CKO.publicKey))
  const keys = new Map<string, TokenKey>()
  for (const label of [...new Set([...handles.keys(), ...lives.keys()])].sort()) {
    const life = lives.get(label) ?? UNNOTED
    // A note without a key is the rest of a destroyed one, whatever it says.
    const handle = handles.get(label)
    const state = handle === undefined ? 'destroyed' : life.state
    keys.set(label, {
      ref: parseKeyRef(label),
      life: { ...life, state },
      handle: state === 'destroyed' ? undefined : handle,
      publicHandle: publics.get(label),
    })
  }
  return keys
}

/** Writes the note of a key; the old one goes after the new one is there. */
export function writeLife(session: Session, ref: KeyRef, life: KeyLife): void {
  const label = keyRefText(ref)
  const old = findObjects(session, { class: CKO.data, application: APPLICATION, label })
  createObject(session, {
    class: CKO.data,
    token: true,
    private: true,
    application: APPLICATION,
    label,
    value: utf8(canonicalJson(life)),
  })
  for (const object of old) destroyObject(session, object)
}

function labelled(session: Session, kind: number): [string, number][] {
  return findObjects(session, { class: kind, token: true }).flatMap((object) => {
    const label = readText(session, object, 'label')
    return isOurs(label) ? [[label, object] as [string, number]] : []
  })
}

/** Of two notes, left by a cut between writing and erasing, the longer one is the later. */
function readLives(session: Session): Map<string, KeyLife> {
  const lives = new Map<string, KeyLife>()
  for (const object of findObjects(session, { class: CKO.data, application: APPLICATION })) {
    const label = readText(session, object, 'label')
    const life = parseLife(parseJson(readText(session, object, 'value')))
    const known = lives.get(label)
    if (!known || life.history.length > known.history.length) lives.set(label, life)
  }
  return lives
}

function isOurs(label: string): boolean {
  try {
    parseKeyRef(label)
    return true
  } catch (error) {
    if (error instanceof UnifareError) return false
    throw error
  }
}

/** Compressed public key, 33 bytes, of a public key object. */
export function readPublicKey(session: Session, handle: number): Uint8Array {
  const point = readAttribute(session, handle, 'ecPoint').subarray(2)
  return Uint8Array.of(0x02 + (point[64]! & 1), ...point.subarray(1, 33))
}
