import { parseAcceptance, type SignedBundle } from '@unifare/bundle'
import {
  businessDay,
  canonicalJson,
  type Day,
  type Env,
  fromHex,
  parseDay,
  requireData,
  type Tx,
  toHex,
  UnifareError,
  utf8,
} from '@unifare/core'
import { type KeyRef, type KeyStore, openKeyWindow, type SignatureEngine } from '@unifare/crypto'
import {
  type Input,
  type Institution,
  newerLists,
  openInstitution,
  orderOf,
  parsePull,
  sendBundle,
} from '@unifare/institution'
import { postEntries } from '@unifare/ledger'
import { createCodeCaches, makeCertificate, parseIssuerKeys } from '@unifare/ridecode'
import type { Link, Message } from '@unifare/tap'
import { createCardChecks } from './card-checks.ts'
import type { Cleared } from './clearing.ts'
import { type ClosingRules, currentRules, rootBefore, runDay, storeDay } from './close.ts'
import type { Verifier } from './evidence.ts'
import { checkFeeRows, DEMONSTRATION_FEES, type FeeRow } from './fees.ts'
import { noteSplits } from './files/result-splits.ts'
import { createResultWriter, type FileOptions } from './files/result-writer.ts'
import { assignFiles, takeFile } from './files/take-file.ts'
import { takeChargeBatch, takeTapBatch } from './intake.ts'
import { passingOrders, settleOrder, shadowsOf } from './orders.ts'
import { createLists } from './published-lists.ts'
import { reconcileOrder } from './reconciliation/centre-order.ts'
import { createSettling, isSettlingQuestion } from './settling/edge.ts'
import { isWindowOrder, type WindowSummary } from './settling/orders.ts'
import { writeSettlements } from './settling/settlement-statement.ts'
import type { SettlingRules } from './settling/window-orders.ts'
import { pagesOf, type Statement, statementsOf } from './statement.ts'
import { writeMissingStatements, writeStatements } from './statement-files.ts'
import { days, statements } from './tables.ts'
import { createTierEdge } from './tiers/edge.ts'
import { oldestBefore } from './tiers/forward.ts'
import { tierEntries } from './tiers/money.ts'
import type { TierOptions } from './tiers/place.ts'
import { stateFromAbove, waitingFromAbove } from './tiers/results.ts'
import type { ChargeRouting } from './tiers/routing.ts'
import { withFromAbove } from './tiers/statements.ts'

/** Lines of one statement message: keeps it under the size limit of a message. */
const STATEMENT_PART_LINES = 1_500

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
}

/** A day that was closed, or run again. */
export interface DayResult {
  readonly day: Day
  readonly root: string
  readonly settledFen: number
  readonly charges: number
  readonly rejected: Readonly<Record<string, number>>
}

/**
 * A clearing centre 清分中心: keeps taps and charges, builds the network's lists, closes business
 * days, sends every member its statement and writes it to files, and runs any closed day again to the same root.
 */
export interface Centre extends Institution {
  /** Runs a closed day again from what is stored and returns its root. */
  rerun(day: Day): Promise<Cleared>
}

/** Opens a centre on its journal and repository. */
export async function openCentre(options: CentreOptions): Promise<Centre> {
  const resultFiles = createResultWriter(options)
  const machine = createMachine(options)
  const institution = await openInstitution({
    ...options,
    publicKeyOf: async (party) => options.institutions.get(party),
    apply: machine.apply,
    check: machine.check,
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
  await institution.read((tx) => writeMissingStatements(tx, options.env.storage))
  await institution.read((tx) => writeSettlements(tx, options.env.storage))
  await institution.read(resultFiles.writeMissing)
  return {
    ...institution,
    handler: passingOrders(institution, options),
    async command(order) {
      const result = await institution.command(order)
      if (order['do'] === 'close-day') {
        const { day } = result as DayResult
        await institution.read((tx) => writeStatements(tx, options.env.storage, day))
        await institution.read((tx) => resultFiles.write(tx, day))
      }
      if (isWindowOrder(order)) {
        const moved = { window: (result as WindowSummary).window }
        await institution.read((tx) => writeSettlements(tx, options.env.storage, moved))
      }
      return result
    },
    rerun: (day) => institution.read((tx) => machine.rerun(tx, day)),
  }
}

function createMachine(options: CentreOptions) {
  const { id, engine, sign, institutions } = options
  const fees = options.fees ?? DEMONSTRATION_FEES
  checkFeeRows(fees)
  const settling = createSettling(options)
  const day = businessDay(options.env.clock.now())
  const tiers = options.tiers && createTierEdge({ ...options, ...options.tiers, day })
  const { keyOwner = id } = options
  const lists = createLists({
    ...options,
    published(bundle, input) {
      const parent = tiers?.place.parentOn(businessDay(input.acceptedAt))
      if (parent !== undefined && bundle.kind === 'deny') {
        sendBundle(input.send, { receiver: parent, bundle })
      }
    },
  })
  const caches = createCodeCaches({ maxCertificates: 1_000, maxAuthorisations: 100_000 })

  /** Runs with a verifier whose issuer-level card keys are wiped when the run is over. */
  async function withVerifier<Result>(
    { issuerKeys }: ClosingRules,
    run: (verifier: Verifier) => Promise<Result>,
  ): Promise<Result> {
    const { keyStore } = options
    const refs = keyStore.list().filter(({ issuer, use }) => issuer === keyOwner && isCardUse(use))
    const window = openKeyWindow({ store: keyStore, refs })
    try {
      return await run({
        cardChecks: createCardChecks({ window, keyOwner }),
        issuerKeys: issuerKeys === null ? undefined : parseIssuerKeys(issuerKeys, engine),
        engine,
        caches,
      })
    } finally {
      window.close()
    }
  }

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

  async function closeDay(tx: Tx, order: Order, input: Input): Promise<DayResult> {
    const day = String(order['day'])
    const [closed] = await tx.get(days, [{ day }])
    parseDay(day)
    requireData(closed === undefined, 'centre.day-closed', `${day} is closed already`)
    const last = (await tx.select(days, {})).at(-1)?.day ?? ''
    requireData(
      day > last,
      'centre.day-closed',
      `${last} is closed: earlier days can close no more`,
    )
    const members = [...institutions.keys(), ...options.issuers]
    const above = tiers === undefined ? [] : await waitingFromAbove(tx)
    const rules = await currentRules(tx, {
      centre: id,
      day,
      issuers: options.issuers,
      fees,
      holdDays: settling.holdDays(day),
      tiers: tiers && {
        lists: tiers.place.listsOn(day, members),
        units: tiers.place.unitsOn(day, members),
        above,
      },
    })
    const previousRoot = await rootBefore(tx, day)
    const cleared = await withVerifier(rules, (verifier) =>
      runDay(tx, { day, centre: id, previousRoot, rules, verifier, again: false }),
    )
    await storeDay(tx, cleared)
    await assignFiles(tx, day)
    await postEntries(tx, cleared.entries)
    await tx.put(days, [
      {
        day,
        previousRoot,
        root: cleared.root,
        closedAt: input.acceptedAt,
        settledFen: cleared.settledFen,
        positions: cleared.positions,
        rules,
        signature: toHex(await sign(fromHex(cleared.root))),
      },
    ])
    await settling.takeDay(tx, { ...cleared, tiers: rules.tiers }, input.acceptedAt)
    const stated = await tellMembers(tx, { cleared, rules }, input)
    if (tiers !== undefined && rules.tiers !== undefined) {
      const { root, positions: own } = cleared
      await postEntries(tx, tierEntries(day, { own, centre: id, rules: rules.tiers }))
      await stateFromAbove(tx, above, day)
      const oldest = { from: await oldestBefore(tx, day), before: rules.oldestDay }
      const { units } = rules.tiers
      await tiers.dayClosed(tx, { day, root, statements: stated, units, oldest }, input.send)
    }
    return resultOf(cleared)
  }

  /** Makes the statements of a day, and sends them to members that no other centre stands between. */
  async function tellMembers(
    tx: Tx,
    { cleared, rules }: { readonly cleared: Cleared; readonly rules: ClosingRules },
    input: Input,
  ): Promise<readonly Statement[]> {
    const { day, root } = cleared
    const { above = [], units = {} } = rules.tiers ?? {}
    const all = await withFromAbove(tx, statementsOf(cleared, id), { above, day, root })
    await tx.put(
      statements,
      all.map((statement) => ({ day, member: statement.member, statement })),
    )
    await noteSplits(tx, all, options.fileRecordsMax)
    for (const statement of all) {
      const { member } = statement
      if (member === id || !institutions.has(member) || units[member] !== undefined) continue
      const pages = pagesOf(statement.lines, STATEMENT_PART_LINES)
      for (const [part, lines] of pages.entries()) {
        const body = { day, part, parts: pages.length, statement: { ...statement, lines } }
        input.send(member, 'statement', utf8(canonicalJson(body)))
      }
    }
    return all
  }

  async function staffOrder(tx: Tx, input: Input): Promise<unknown> {
    const order = orderOf(input.message)
    if (order['do'] === 'certify') return certify(order, input.message.sender)
    if (order['do'] === 'order-settled') return settleOrder(tx, order, { input, rules: options })
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
        return closeDay(tx, order, input)
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

  async function rerun(tx: Tx, day: Day): Promise<Cleared> {
    const [row] = await tx.get(days, [{ day }])
    requireData(row !== undefined, 'centre.day-open', `${day} is not closed`)
    const rules = row.rules as ClosingRules
    return withVerifier(rules, (verifier) =>
      runDay(tx, { day, centre: id, previousRoot: row.previousRoot, rules, verifier, again: true }),
    )
  }

  const check = async (tx: Tx, message: Message) => tiers?.check(tx, message)
  return { apply, check, rerun, settling }
}

type Order = Readonly<Record<string, unknown>>

/** The masters that verify card taps. */
function isCardUse(use: KeyRef['use']): boolean {
  return use === 'purchase' || use === 'tac'
}

function resultOf(cleared: Cleared): DayResult {
  const rejected: Record<string, number> = {}
  for (const { verdict } of cleared.charges) {
    if (verdict !== 'normal') rejected[verdict] = (rejected[verdict] ?? 0) + 1
  }
  const { day, root, settledFen, charges } = cleared
  return { day, root, settledFen, charges: charges.length, rejected }
}
