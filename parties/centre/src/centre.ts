import { parseAcceptance, type SignedBundle } from '@unifare/bundle'
import {
  businessDay,
  type Day,
  type Env,
  fromHex,
  requireData,
  type Tx,
  toHex,
  UnifareError,
} from '@unifare/core'
import type { KeyRef, KeyStore, SignatureEngine } from '@unifare/crypto'
import {
  type Input,
  type Institution,
  newerLists,
  openInstitution,
  orderOf,
  parsePull,
  sendBundle,
} from '@unifare/institution'
import { makeCertificate, parseIssuerKeys } from '@unifare/ridecode'
import type { Link, Message } from '@unifare/tap'
import type { CardPrefix } from '@unifare/tunion'
import { BY_SEGMENTS, createDayClose } from './day-close.ts'
import type { DayResult, Rerun } from './day-outcome.ts'
import { checkFeeRows, DEMONSTRATION_FEES, type FeeRow } from './fees.ts'
import { type FileMember, resultFiles } from './files/result-files.ts'
import { takeFile } from './files/take-file.ts'
import { giveOnce } from './given-orders.ts'
import { takeChargeBatch, takeTapBatch } from './intake.ts'
import { passingOrders, settleOrder, shadowsOf } from './orders.ts'
import { createFileKeeper, type Told } from './own-files.ts'
import { createLists } from './published-lists.ts'
import { reconcileOrder } from './reconciliation/centre-order.ts'
import type { SegmentClearing } from './segments/segment-clearing.ts'
import { createSettling, isSettlingQuestion } from './settling/edge.ts'
import { isWindowOrder, type WindowSummary } from './settling/orders.ts'
import { settlementFiles } from './settling/settlement-statement.ts'
import type { SettlingRules } from './settling/window-orders.ts'
import { statementFiles } from './statement-files.ts'
import { STATE_FORM } from './tables.ts'
import { createTierEdge } from './tiers/edge.ts'
import type { TierOptions } from './tiers/place.ts'
import type { ChargeRouting } from './tiers/routing.ts'
import type { CentreFault } from './watch/centre-faults.ts'

/** What a centre is made of. */
export interface CentreOptions extends FileOptions {
  readonly id: string
  readonly env: Env
  readonly link: Link
  readonly engine: SignatureEngine
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  /** Masters for verification, and the root key that certifies issuers' code keys. */
  readonly keyStore: KeyStore
  readonly codeRoot: { readonly ref: KeyRef; readonly index: number }
  /** Ed25519 keys of all members, this centre among them. */
  readonly institutions: ReadonlyMap<string, Uint8Array>
  readonly issuers: readonly string[]
  readonly fees?: readonly FeeRow[]
  /** Windows, models and calendar of settlement; the demonstration's own unless given. */
  readonly settling?: Partial<SettlingRules>
  /** Of a centre among others: which clears what; alone unless given. */
  readonly tiers?: TierOptions
  /** Institution that owns the card masters; the centre itself unless given. */
  readonly keyOwner?: string
  /** Days are closed by segments of the intake journal; with objects in memory unless given. */
  readonly clearing?: SegmentClearing
  /** Hears of what goes wrong with the centre's own files: an alarm (`storedAlarms`) until it is over. */
  readonly onFault?: (fault: CentreFault) => void
}

/** What of files of the T-Union-like profile a centre is told. */
interface FileOptions {
  /** Members that get result files beside their statements. */
  readonly fileMembers?: readonly FileMember[]
  /** Whose card numbers begin how: for the white list of card prefixes among those files. */
  readonly cardPrefixes?: readonly CardPrefix[]
  /** Most records of a file; what the profile's count can tell unless given. */
  readonly fileRecordsMax?: number
}

/**
 * A clearing centre 清分中心: keeps taps and charges, builds the network's lists, closes business
 * days, sends every member its statement and writes it to files, and runs any closed day again to the same root.
 */
export interface Centre extends Institution {
  /** Runs a closed day again from what is stored and returns its root. */
  rerun(day: Day): Promise<Rerun>
}

/** Opens a centre on its journal and repository. */
export async function openCentre(options: CentreOptions): Promise<Centre> {
  /** A day that was closed, of which no file is written yet. */
  let isBehind = false
  const machine = createMachine(options, () => {
    isBehind = true
  })
  const institution = await openInstitution({
    ...options,
    publicKeyOf: async (party) => options.institutions.get(party),
    apply: machine.apply,
    check: machine.check,
    checkedKinds: ['charge-batch'],
    stateForm: STATE_FORM,
    query: async (tx, message) => {
      const asked = orderOf(message)
      if (asked['shadows'] !== undefined) {
        // Every issuer sees its own cards only.
        return shadowsOf(tx, { issuer: message.sender, numbers: asked['shadows'] })
      }
      if (isSettlingQuestion(asked)) return machine.settling.answer(tx, message)
      const own = ({ publisher }: SignedBundle) => publisher === options.id
      return { bundles: await newerLists(tx, parsePull(asked), own) }
    },
  })
  const { storage } = options.env
  const { fileMembers: members = [], cardPrefixes: prefixes } = options
  const files = createFileKeeper({
    ...options,
    kinds: [
      statementFiles(storage),
      settlementFiles(storage),
      resultFiles(storage, { centre: options.id, members, prefixes }),
    ],
    transaction: (work) => institution.read(work),
  })
  const keepFiles = async (told?: Told) => {
    isBehind = false
    await files.noteDamaged()
    await files.keep(told)
  }
  await keepFiles()
  const handler = passingOrders(institution, options)
  return {
    ...institution,
    async handler(bytes) {
      const answer = await handler(bytes)
      // An order to close that had to wait was carried out before this message.
      if (isBehind) await keepFiles()
      return answer
    },
    async command(order) {
      const closes = order['do'] === 'close-day'
      const bySegments = closes && options.clearing !== undefined
      const result = await institution.command({
        ...order,
        ...(bySegments && { clearing: BY_SEGMENTS }),
      })
      if (closes) await keepFiles({ day: (result as DayResult).day })
      else if (isBehind) await keepFiles()
      if (isWindowOrder(order)) await files.keep({ window: (result as WindowSummary).window })
      return result
    },
    rerun: (day) => institution.read((tx) => machine.rerun(tx, day)),
  }
}

function createMachine(options: CentreOptions, onClose: () => void) {
  const { id, engine, institutions } = options
  const fees = options.fees ?? DEMONSTRATION_FEES
  checkFeeRows(fees)
  const settling = createSettling(options)
  const day = businessDay(options.env.clock.now())
  const tiers = options.tiers && createTierEdge({ ...options, ...options.tiers, day })
  const dayClose = createDayClose({ ...options, fees, settling, edge: tiers })
  const lists = createLists({
    ...options,
    published(bundle, input) {
      const parent = tiers?.place.parentOn(businessDay(input.acceptedAt))
      if (parent !== undefined && bundle.kind === 'deny') {
        sendBundle(input.send, { receiver: parent, bundle })
      }
    },
  })

  /** Certifies an issuer's code key under the root key (reference ride code 1.2). */
  async function certify(order: Order, sender: string): Promise<unknown> {
    requireData(options.issuers.includes(sender), 'message.refused', `${sender} is not an issuer`)
    const { publicKey, expiry, serial } = order as Record<'publicKey' | 'expiry', string> & {
      serial: number
    }
    const certificate = await makeCertificate({
      issuer: sender,
      caIndex: options.codeRoot.index,
      expiry,
      serial,
      issuerPublicKey: fromHex(publicKey),
      sign: (bytes, smId) => options.keyStore.sign(options.codeRoot.ref, bytes, { id: smId }),
    })
    return { certificate: toHex(certificate) }
  }

  async function staffOrder(tx: Tx, input: Input): Promise<unknown> {
    const order = orderOf(input.message)
    if (order['do'] === 'certify') return certify(order, input.message.sender)
    if (order['do'] === 'order-settled')
      return settleOrder(tx, order, {
        input,
        rules: { ...options, history: dayClose.historyOf(tx) },
      })
    if (order['do'] === 'file') {
      return takeFile(tx, order, {
        input,
        centre: id,
        deny: (list) => lists.mergeDeny(tx, list, input),
        goesUp: tiers && ((charge) => tiers.place.goesUp(charge)),
      })
    }
    requireData(
      input.message.sender === id,
      'message.refused',
      'orders come from the centre itself',
    )
    await giveOnce(tx, order, input.journalIndex)
    const at = input.acceptedAt
    const publishAcceptance = (content: unknown) => lists.publish(tx, 'acceptance', content, input)
    if (settling.takes(order)) return settling.carryOut(tx, { order, at, publishAcceptance })
    switch (order['do']) {
      case 'publish-acceptance':
        return publishAcceptance(await settling.open(tx, parseAcceptance(order['content']), at))
      case 'publish-issuer-keys':
        parseIssuerKeys(order['content'], engine)
        return lists.publish(tx, 'issuer-keys', order['content'], input)
      case 'publish-deny':
        return lists.publishDeny(tx, input)
      case 'close-day':
        onClose()
        return dayClose.close(tx, order, input)
      case 'forward-again':
        return tiers?.forwardAgain(tx, input) ?? { sent: 0 }
      case 'reconcile':
        return reconcileOrder(tx, order, id)
      default:
        throw new UnifareError('message.refused', `unknown order: ${String(order['do'])}`)
    }
  }

  function takeCharges(tx: Tx, input: Input) {
    const take = (message: Message, routing?: ChargeRouting) => {
      const key = institutions.get(message.sender)
      requireData(key !== undefined, 'message.unknown-sender', `unknown operator ${message.sender}`)
      return takeChargeBatch(tx, message, { engine, key, at: input.acceptedAt, routing })
    }
    return tiers === undefined ? take(input.message) : tiers.takeCharges(tx, input, take)
  }

  async function apply(tx: Tx, input: Input): Promise<unknown> {
    const { message, acceptedAt: at } = input
    switch (message.kind) {
      case 'tap-batch': {
        // A terminal holds the lists of the centre to which its operator brings its taps.
        const take = (one: Message) => {
          const { receiver: centre } = one
          return takeTapBatch(tx, one, { engine, centre, at, forwarded: centre !== id })
        }
        return tiers === undefined ? take(message) : tiers.takeTaps(tx, input, take)
      }
      case 'charge-batch':
        return takeCharges(tx, input)
      case 'bundle': {
        const take = (one: Input) => lists.takeBundle(tx, one)
        return tiers === undefined ? take(input) : tiers.takeBundle(tx, input, take)
      }
      case 'order':
        return staffOrder(tx, input)
      case 'statement':
        if (tiers !== undefined) return tiers.takeStatement(tx, input)
        throw new UnifareError('message.refused', 'no centre is above this one')
      case 'pull':
      case 'answer':
        throw new UnifareError('message.refused', `a centre takes no ${message.kind}`)
    }
  }

  const check = async (tx: Tx, message: Message) => tiers?.check(tx, message)
  return { apply, check, rerun: dayClose.rerun, settling }
}

type Order = Readonly<Record<string, unknown>>
