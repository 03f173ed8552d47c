import { type Fen, toHex, utf8 } from '@unifare/core'
import { balances, trialBalance } from '@unifare/ledger'
import type { SlowHash } from '../index.ts'
import { DAY, identity, lineOf, OPERATOR, openEnrolled, type World } from '../issuer.fixture.ts'
import { claimHashOf } from '../orders/order-context.ts'

type Opened = Awaited<ReturnType<typeof openEnrolled>>
type Phone = ReturnType<Opened['rider']>

/** A slow hash that is quick, for tests that do not test it. */
export const quickHash: SlowHash = async (secret, salt) => {
  const bytes = new Uint8Array(32)
  for (const [index, byte] of [...secret, ...salt].entries()) {
    bytes[index % 32] = ((bytes[index % 32] ?? 0) * 31 + byte + index) % 256
  }
  return bytes
}

const SALT = '00112233445566778899AABBCCDDEEFF'

/** What the issuer keeps of a secret, and what a sign-in sends. */
export async function secretOf(secret: string) {
  const hash = await quickHash(utf8(secret), utf8(SALT))
  return { kept: { claimSalt: SALT, claimHash: claimHashOf(hash) }, sent: toHex(hash) }
}

export interface Answer {
  readonly ok: boolean
  readonly code?: string
  readonly left?: number
  readonly lockedUntil?: number | null
}

/** What the phone of a person is shown, as far as tests look at it. */
export interface PersonView {
  readonly account: string
  readonly class: string
  readonly state: string
  readonly standing: { readonly ok: boolean; readonly code?: string }
  readonly frozen: { readonly refusedBy: number } | null
  readonly prepaid: {
    readonly balanceFen: Fen
    readonly reservedFen: Fen
    readonly freeFen: Fen
    readonly reservedUntil: number
  }
  readonly debtFen: Fen
  readonly debts: readonly { readonly charge: string; readonly ageDays: number }[]
  readonly payments: readonly { readonly kind: string; readonly state: string }[]
  readonly trips: readonly {
    readonly journey: string
    readonly state: string
    readonly settlement: string | null
    readonly saidBy: string
    readonly reason: string | null
    readonly amountFen: Fen | null
    readonly paidFen: Fen
    readonly owedFen: Fen
    readonly since: number
    readonly gateClaimAt: number | null
    readonly missing: object | null
    readonly parts: readonly object[]
    readonly charges: readonly { readonly charge: string; readonly state: string }[]
  }[]
  readonly devices: readonly string[]
}

export const SECRET = 'K7QH2WXP9RTM'
export const BANK = { channel: 'simulated', sources: ['balance'] }

/** An issuer with what persons do to it. */
export async function openPeople(world?: World) {
  const opened = await openEnrolled(world)
  const { issuer, rider, send, statement } = opened
  let orders = 0
  const view = async (phone: Phone) => (await phone.look()) as unknown as PersonView
  const signed = async (phone: Phone, body: object, name: string, secret = SECRET) =>
    (await phone.order({ ...body, name, secret: (await secretOf(secret)).sent })) as Answer &
      Record<string, unknown>
  const topUp = async (phone: Phone, amountFen: Fen) => {
    opened.world.bank.fund((await view(phone)).account, amountFen)
    await phone.order({ do: 'top-up', order: `top-up-${orders++}`, amountFen, ...BANK })
    return issuer.payRiders()
  }
  return {
    ...opened,
    view,
    signed,
    topUp,
    /** An anonymous rider with prepaid money and a credential. */
    async anonymous(name: string, prepaidFen = 2_000) {
      const phone = rider(name)
      const { kept } = await secretOf(SECRET)
      const { account } = (await phone.order({ do: 'open-anonymous', ...kept })) as {
        account: string
      }
      if (prepaidFen > 0) await topUp(phone, prepaidFen)
      if (prepaidFen >= 1_000) await phone.ready()
      return { phone, account }
    },
    /** A registered rider with a credential and a sign-in. */
    async registered(name: string) {
      const phone = rider(name)
      const { account } = await phone.open()
      await phone.authorise()
      await phone.order({ do: 'sign-up', name, ...(await secretOf(SECRET)).kept })
      await phone.ready()
      return { phone, account }
    },
    /** Rides that settle, and what the issuer then collects. */
    async ride(account: string, charges: readonly number[], change: object = {}) {
      const part = orders++
      await statement(
        charges.map((charge) => lineOf(charge, account, change)),
        { part, parts: part + 1 },
      )
      return issuer.collect(DAY)
    },
    notice: (body: object, operator = OPERATOR) =>
      send(identity(opened.world, operator), 'order', { do: 'trip', ...body }),
    /** The ledger's accounts that are not empty; they sum to zero. */
    ledger: async () => {
      const { rows, sumFen } = trialBalance(await issuer.read((tx) => balances(tx)))
      const filled = rows.filter(({ balanceFen }) => balanceFen !== 0)
      return {
        ...Object.fromEntries(filled.map(({ account, balanceFen }) => [account, balanceFen])),
        sumFen,
      }
    },
  }
}
