import {
  businessDay,
  canonicalJson,
  fromHex,
  type Instant,
  type Json,
  parseJson,
  requireData,
  UnifareError,
  utf8,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'

/** What a person of a centre does: settles, or speaks for the settlement bank. */
export type StaffRole = 'settler' | 'bank'

/** A person who may order, as the custodians of the centre have written it down. */
export interface StaffMember {
  readonly name: string
  readonly role: StaffRole
  /** Ed25519 public key. */
  readonly key: Uint8Array
}

/** An order, for one centre, from one moment, as people sign it. */
export interface OrderDraft {
  readonly centre: string
  readonly at: Instant
  readonly order: Readonly<Record<string, Json>> & { readonly do: string }
}

/** An order with the signatures of one person or two. */
export interface SignedOrder extends OrderDraft {
  readonly signatures: readonly { readonly name: string; readonly signature: string }[]
}

interface StaffRule {
  readonly roles: readonly StaffRole[]
  /** With 2, two people sign: four eyes 四眼原则. */
  readonly people: 1 | 2
  /** What the order may say beside its name; role and names follow from who signs. */
  readonly fields: readonly string[]
}

const WINDOW = ['window', 'day', 'note']

/**
 * Which orders people give, and how many it takes. The centre's own table asks two for giving up a
 * window and for suspensions; here two also set terms and pay money out.
 */
export const STAFF_ORDERS: Readonly<Record<string, StaffRule>> = {
  'close-day': { roles: ['settler'], people: 1, fields: ['day'] },
  'close-window': { roles: ['settler'], people: 1, fields: WINDOW },
  'instruct-window': { roles: ['settler'], people: 1, fields: WINDOW },
  'confirm-window': { roles: ['bank'], people: 1, fields: [...WINDOW, 'bookedOn'] },
  'abort-window': { roles: ['settler'], people: 2, fields: WINDOW },
  'set-reserve': {
    roles: ['settler'],
    people: 2,
    fields: ['member', 'depositFen', 'capFen', 'lowFen'],
  },
  'top-up-reserve': {
    roles: ['settler', 'bank'],
    people: 1,
    fields: ['member', 'amountFen', 'reference'],
  },
  'withdraw-reserve': {
    roles: ['settler'],
    people: 2,
    fields: ['member', 'amountFen', 'reference'],
  },
  'suspend-member': { roles: ['settler'], people: 2, fields: ['member'] },
  'resume-member': { roles: ['settler'], people: 2, fields: ['member'] },
  reconcile: { roles: ['settler', 'bank'], people: 1, fields: ['day', 'lines'] },
}

/** How long an order may wait for its second signature and be given. */
export const ORDER_VALID_MS = 4 * 3_600_000
/** By how much the clock of who signs may go before the centre's. */
const CLOCKS_APART_MS = 120_000

/** The text that people sign: it can be nothing else, and for no other centre. */
export function signedText({ centre, at, order }: OrderDraft): string {
  return `unifare-staff-order\n${canonicalJson({ at, centre, order })}`
}

/** Reads a signed order; throws `staff.malformed`. */
export function parseSignedOrder(text: string): SignedOrder {
  let read: unknown
  try {
    read = parseJson(text)
  } catch (error) {
    throw new UnifareError('staff.malformed', `no signed order: ${(error as Error).message}`)
  }
  const { centre, at, order, signatures } = (read ?? {}) as Partial<SignedOrder>
  const fits =
    typeof centre === 'string' &&
    Number.isSafeInteger(at) &&
    typeof order === 'object' &&
    order !== null &&
    typeof order['do'] === 'string' &&
    Array.isArray(signatures) &&
    signatures.every(
      (one: unknown) =>
        typeof one === 'object' &&
        one !== null &&
        typeof (one as Record<string, unknown>)['name'] === 'string' &&
        /^[0-9A-F]{128}$/.test(String((one as Record<string, unknown>)['signature'])),
    )
  requireData(fits, 'staff.malformed', 'a signed order has centre, at, order and signatures')
  // Nothing else comes into the journal: nobody has signed it.
  const own = signatures.map(({ name, signature }) => ({ name, signature }))
  return { centre, at: Number(at), order, signatures: own }
}

/**
 * The order that the centre is given, with the role and the names of who signed it and, as evidence
 * in its journal, what they signed. Throws `staff.*` with the reason why it is not given.
 */
export function orderOfStaff(
  signed: SignedOrder,
  edge: {
    readonly centre: string
    readonly staff: readonly StaffMember[]
    readonly now: Instant
    readonly engine: SignatureEngine
  },
): Readonly<Record<string, unknown>> {
  const { order, signatures } = signed
  checkPlaceAndTime(signed, edge)
  const rule = ruleOf(order)
  checkDayEnded(order, edge.now)
  const signers = checkSigners(signed, edge)
  const [first, second] = signers
  requireData(first !== undefined, 'staff.bad-signature', 'nobody has signed the order')
  for (const { name, role } of signers) {
    const text = `${name} is ${role}: ${order.do} is ordered by ${rule.roles.join(', ')}`
    requireData(rule.roles.includes(role), 'staff.wrong-role', text)
  }
  requireData(
    signers.length >= rule.people,
    'staff.needs-approval',
    `${order.do} takes two people: another one than ${first.name} signs, too`,
  )
  return {
    ...order,
    role: first.role,
    by: first.name,
    ...(second && { approvedBy: second.name }),
    staff: { text: signedText(signed), signatures },
  }
}

function checkPlaceAndTime(
  { centre, at }: OrderDraft,
  edge: { readonly centre: string; readonly now: Instant },
): void {
  const { now } = edge
  requireData(centre === edge.centre, 'staff.wrong-centre', `the order is for ${centre}`)
  requireData(
    at <= now + CLOCKS_APART_MS,
    'staff.wrong-time',
    'the order is of a time that is still to come: compare the clocks',
  )
  requireData(
    at >= now - ORDER_VALID_MS,
    'staff.wrong-time',
    `the order is older than ${ORDER_VALID_MS / 3_600_000} h: sign it again`,
  )
}

function ruleOf(order: OrderDraft['order']): StaffRule {
  const name = order.do
  const rule = Object.hasOwn(STAFF_ORDERS, name) ? STAFF_ORDERS[name] : undefined
  if (rule === undefined) {
    const known = Object.keys(STAFF_ORDERS).join(', ')
    throw new UnifareError('staff.unknown-order', `staff does not order ${name}; there is ${known}`)
  }
  const strange = Object.keys(order).find((one) => one !== 'do' && !rule.fields.includes(one))
  requireData(
    strange === undefined,
    'staff.malformed',
    `${name} has no "${strange}"; it may have ${rule.fields.join(', ')}, and role and names follow from who signs`,
  )
  return rule
}

/** A close cannot be taken back: a day that runs, or a slip of the year, would swallow what comes. */
function checkDayEnded({ do: name, day }: OrderDraft['order'], now: Instant): void {
  if (name !== 'close-day' || typeof day !== 'string') return
  const today = businessDay(now)
  requireData(
    day < today,
    'staff.day-runs',
    `${day} has not ended: it is ${today}, which ends at 03:00 Beijing time`,
  )
}

/** Who signed, each once and with a key of its own. */
function checkSigners(
  signed: SignedOrder,
  { staff, engine }: { readonly staff: readonly StaffMember[]; readonly engine: SignatureEngine },
): readonly StaffMember[] {
  const bytes = utf8(signedText(signed))
  const signers = new Set<StaffMember>()
  for (const { name, signature } of signed.signatures) {
    const member = staff.find((one) => one.name === name)
    if (member === undefined) {
      throw new UnifareError('staff.unknown-person', `${name} is not on the list of staff`)
    }
    const genuine = engine.ed25519Verify(member.key, bytes, fromHex(signature))
    requireData(genuine, 'staff.bad-signature', `the signature is not ${name}'s`)
    signers.add(member)
  }
  return [...signers]
}
