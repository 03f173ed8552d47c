import { createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { equalBytes, parseJson, requireData, UnifareError } from '@unifare/core'
import { rawPublicKey, readPem } from '../key-files.ts'
import type { StaffMember, StaffRole } from './staff-order.ts'

const ROLES: readonly StaffRole[] = ['settler', 'bank']

/**
 * Reads the list of a centre's staff: JSON `{ "staff": [{ "name", "role", "key" }] }`, where `key`
 * is a file with the person's Ed25519 public key (PEM), beside the list. Nobody stands twice in it,
 * and no key does: one person with two names would be four eyes. Throws `staff.bad-list`.
 */
export async function readStaffFile(file: string): Promise<readonly StaffMember[]> {
  const rows = await readRows(file)
  const staff: StaffMember[] = []
  for (const { name, role, key } of rows) {
    const known = ROLES.find((one) => one === role)
    const fits = typeof name === 'string' && name.trim() !== '' && typeof key === 'string'
    if (!fits || known === undefined) {
      throw new UnifareError(
        'staff.bad-list',
        `${file}: everybody has name, role (${ROLES.join(', ')}) and key`,
      )
    }
    const path = resolve(dirname(file), key)
    const bytes = rawPublicKey(await readPem(path, createPublicKey), path)
    const twice = staff.find((one) => one.name === name || equalBytes(one.key, bytes))
    requireData(
      twice === undefined,
      'staff.bad-list',
      `${file}: ${name} and ${twice?.name} have one name or one key`,
    )
    staff.push({ name, role: known, key: bytes })
  }
  return staff
}

async function readRows(file: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const text = await readFile(file, 'utf8')
  let read: unknown
  try {
    read = parseJson(text)
  } catch (error) {
    throw new UnifareError('staff.bad-list', `${file}: ${(error as Error).message}`)
  }
  const list = (read as { readonly staff?: unknown } | null)?.staff
  const rows = Array.isArray(list) ? (list as unknown[]) : []
  const fits = rows.length > 0 && rows.every((row) => typeof row === 'object' && row !== null)
  requireData(fits, 'staff.bad-list', `${file} holds no list of staff`)
  return rows as Readonly<Record<string, unknown>>[]
}
