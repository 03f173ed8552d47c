import { businessDay, type Instant, requireData, type Tx } from '@unifare/core'
import { type AccountRide, type CompiledTariff, inForce, type Pass } from '@unifare/fares'
import type { Input } from '@unifare/institution'
import { postEntries } from '@unifare/ledger'
import { linked } from '../account-keys.ts'
import { type RiddenRow, ridden } from '../fare-accounts.ts'
import { covers, passesOf, type SoldPass, soldPasses } from '../passes.ts'

type Order = Readonly<Record<string, unknown>>

/** An order about passes, with the operator's tariffs. */
export interface PassCall {
  readonly tx: Tx
  readonly fields: Order
  readonly input: Pick<Input, 'acceptedAt'>
  readonly tariffs: readonly CompiledTariff[]
}

const HOUR_MS = 3_600_000
const ORDER = /^[0-9A-Za-z][0-9A-Za-z.-]{0,63}$/
const POINT = /^\d{12}$/
const HOLDER = /^(card|code|token)\/\d{8}\/[0-9A-F]{1,32}$/
const NAME = /^[a-z][a-z0-9.-]{0,47}$/

/**
 * Sells a pass at a service point: `{ do: 'sell-pass', name, point, tariff, pass, holder,
 * riderClass?, validFrom? }`. The holder is the account that the rides count in: `card/issuer/number`,
 * `token/issuer/token` of a joined scheme, or `code/issuer/account`; the class is `adult` unless
 * told; a pass is valid at once unless told. The same order again has no effect. Throws
 * `message.malformed`, `operator.pass-…`.
 */
export async function sellPass(call: PassCall): Promise<SoldPass> {
  const { tx, input, tariffs } = call
  const asked = askedOf(call)
  const { order, tariff, holder, riderClass } = asked
  const [known] = await tx.get(soldPasses, [{ order }])
  const validFrom = fromOf(call, known?.soldAt ?? input.acceptedAt)
  if (known !== undefined) {
    const same =
      known.validFrom === validFrom &&
      Object.entries(asked).every(([name, value]) => {
        return known[name as keyof typeof asked] === value
      })
    requireData(same, 'operator.pass-order', `order ${order} sold another pass`)
    return known
  }
  const pass = passOf(tariffs, { tariff, pass: asked.pass, at: validFrom })
  requireFits(pass, { riderClass, holder })
  const sold: SoldPass = {
    ...asked,
    priceFen: pass.priceFen,
    soldAt: input.acceptedAt,
    validFrom,
    validTo: validFrom + pass.hours * HOUR_MS,
    returnedAt: 0,
  }
  const other = (await passesOf(tx, holder)).find((one) => overlaps(one, sold))
  requireData(other === undefined, 'operator.pass-overlaps', `order ${other?.order} covers it`)
  await tx.put(soldPasses, [sold])
  await book(call, sold, 'sold')
  return sold
}

/**
 * Gives the price of a pass back, `{ do: 'return-pass', name }`, where its rule allows it and no
 * ride was priced with it. From then on it counts as never sold: rides that are charged later pay.
 * The same order again has no effect. Throws `operator.no-pass`, `operator.pass-no-refund`,
 * `operator.pass-used`.
 */
export async function returnPass(call: PassCall): Promise<SoldPass> {
  const { tx, input, tariffs } = call
  const order = textOf(call, 'name', ORDER)
  const [sold] = await tx.get(soldPasses, [{ order }])
  requireData(sold !== undefined, 'operator.no-pass', `no pass was sold by order ${order}`)
  if (sold.returnedAt > 0) return sold
  const rule = passOf(tariffs, { ...sold, at: sold.validFrom })
  requireData(rule.refund === 'unused', 'operator.pass-no-refund', `${sold.pass} is not given back`)
  const used = (await ridesOf(tx, sold)).find(({ tariff, at, ride }) =>
    versions(tariffs, tariff, at).some((one) => covers(one, sold, ride as AccountRide)),
  )
  requireData(used === undefined, 'operator.pass-used', `it covers the ride ${used?.journey}`)
  const returned = { ...sold, returnedAt: input.acceptedAt }
  await tx.put(soldPasses, [returned])
  await book(call, returned, 'returned')
  return returned
}

/** Rides of the holder; of a token that its rider linked to a card they count in the card's account. */
async function ridesOf(tx: Tx, { holder }: SoldPass): Promise<readonly RiddenRow[]> {
  const [link] = await tx.get(linked, [{ token: holder }])
  const own = await tx.select(ridden, { account: holder })
  return link === undefined ? own : [...own, ...(await tx.select(ridden, { account: link.card }))]
}

function askedOf(call: PassCall) {
  const { riderClass = 'adult' } = call.fields
  requireData(typeof riderClass === 'string', 'message.malformed', 'riderClass does not fit')
  return {
    order: textOf(call, 'name', ORDER),
    point: textOf(call, 'point', POINT),
    tariff: textOf(call, 'tariff', NAME),
    pass: textOf(call, 'pass', NAME),
    holder: textOf(call, 'holder', HOLDER),
    riderClass,
  }
}

function textOf({ fields }: PassCall, name: string, form: RegExp): string {
  const value = fields[name]
  const fits = typeof value === 'string' && form.test(value)
  requireData(fits, 'message.malformed', `${name} does not fit`)
  return value
}

/** A pass never begins before it is sold: what was ridden by then stands as it was priced. */
function fromOf({ fields }: PassCall, soldAt: Instant): Instant {
  const { validFrom = soldAt } = fields
  requireData(Number.isSafeInteger(validFrom), 'message.malformed', 'validFrom is an instant')
  requireData(Number(validFrom) >= soldAt, 'operator.pass-past', 'a pass begins when it is sold')
  return Number(validFrom)
}

function versions(
  tariffs: readonly CompiledTariff[],
  id: string,
  at: Instant,
): readonly CompiledTariff[] {
  return tariffs
    .filter(({ tariff }) => tariff.id === id && inForce(tariff, at))
    .toSorted((a, b) => b.tariff.version - a.tariff.version)
    .slice(0, 1)
}

function passOf(
  tariffs: readonly CompiledTariff[],
  { tariff, pass, at }: { readonly tariff: string; readonly pass: string; readonly at: Instant },
): Pass {
  const [compiled] = versions(tariffs, tariff, at)
  const found = compiled?.passes.find(({ policy }) => policy.id === pass)?.policy
  if (found !== undefined) return found
  const elsewhere = tariffs.find(({ passes }) => passes.some(({ policy }) => policy.id === pass))
  requireData(
    elsewhere === undefined,
    'operator.pass-other-tariff',
    `${pass} is a pass of ${elsewhere?.tariff.id}, not of ${tariff} on that day`,
  )
  requireData(false, 'operator.pass-unknown', `no tariff has a pass ${pass}`)
}

function requireFits(
  { id, when }: Pass,
  { riderClass, holder }: Pick<SoldPass, 'riderClass' | 'holder'>,
): void {
  const classes = when.riderClasses ?? [riderClass]
  requireData(classes.includes(riderClass), 'operator.pass-class', `${id} is not for ${riderClass}`)
  const medium = holder.startsWith('card/') ? 'card' : 'code'
  const media = when.media ?? [medium]
  requireData(media.includes(medium), 'operator.pass-medium', `${id} is not for a ${medium}`)
}

function overlaps(one: SoldPass, other: SoldPass): boolean {
  return (
    one.tariff === other.tariff &&
    one.pass === other.pass &&
    one.validFrom < other.validTo &&
    other.validFrom < one.validTo
  )
}

/** The money lies in the till and belongs to passes, until what they carry is counted. */
async function book(
  { tx, input }: PassCall,
  { order, point, priceFen }: SoldPass,
  step: 'sold' | 'returned',
): Promise<void> {
  const amountFen = step === 'sold' ? priceFen : -priceFen
  if (amountFen === 0) return
  await postEntries(tx, [
    {
      id: `pass/${order}/${step}`,
      day: businessDay(input.acceptedAt),
      kind: `pass-${step}`,
      postings: [
        { account: `till/${point}`, amountFen },
        { account: 'passes/sold', amountFen: -amountFen },
      ],
      refs: { order },
      textKey: `operator.pass-${step}`,
    },
  ])
}
