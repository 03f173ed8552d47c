import { businessDay, canonicalJson, requireData, type Tx, toHex, utf8 } from '@unifare/core'
import type { Input } from '@unifare/institution'
import { schemeToken } from '@unifare/ridecode'
import { accountOf } from '../accounts.ts'
import { services } from '../orders/tables.ts'
import { type CardLinkRow, cardLinks, schemes } from './tables.ts'

/** One order of a rider about linked media, or what its issuer does because of one. */
interface LinkCall {
  readonly tx: Tx
  readonly rider: string
  readonly operator: string
  /** The issuer itself. */
  readonly issuer: string
  readonly secret: Uint8Array
  readonly input: Pick<Input, 'acceptedAt' | 'send'>
}

/** What a rider is told of a link. */
export interface CardLinkAnswer {
  readonly operator: string
  /** Number of the card; empty when none is linked. */
  readonly card: string
}

/**
 * The rider wants one account over an own card and the codes, at an operator whose scheme was
 * joined. The issuer alone knows that both are of one person, and says so to that operator: of the
 * running month at once, of later ones when their first credentials are given. Repeatable.
 */
export async function linkCard(call: LinkCall, card: unknown): Promise<CardLinkAnswer> {
  const { tx, rider, operator, input } = call
  const { account } = await accountOf(tx, rider)
  const key = `${account}/${operator}`
  const [joined] = await tx.get(schemes, [{ key }])
  requireData(joined !== undefined, 'issuer.no-scheme', `join the scheme of ${operator} first`)
  const number = String(card)
  const [service] = await tx.get(services, [{ number }])
  requireData(service?.rider === rider, 'issuer.not-your-card', `${number} is not yours`)
  const [known] = await tx.get(cardLinks, [{ key }])
  if (known?.card === number) return { operator, card: number }
  const month = monthOf(input)
  const told = (known?.months ?? []) as readonly string[]
  requireData(
    known === undefined || (known.card === '' && !told.includes(month)),
    'issuer.card-linked',
    `a card was linked at ${operator} this month`,
  )
  await tell({ ...call, row: { key, account, operator, card: number, months: told } }, [month])
  return { operator, card: number }
}

/** Months that were told end with the day at the operator; later ones are not told. Repeatable. */
export async function unlinkCard(call: LinkCall): Promise<CardLinkAnswer> {
  const { tx, rider, operator, issuer, secret, input } = call
  const { account } = await accountOf(tx, rider)
  const [row] = await tx.get(cardLinks, [{ key: `${account}/${operator}` }])
  if (row === undefined || row.card === '') return { operator, card: '' }
  for (const month of row.months as readonly string[]) {
    if (month < monthOf(input)) continue
    const token = nameOf({ account, operator, month }, { issuer, secret })
    input.send(operator, 'order', utf8(canonicalJson({ do: 'unlink-media', token })))
  }
  await tx.put(cardLinks, [{ ...row, card: '' }])
  return { operator, card: '' }
}

/** Tells operators of linked cards the tokens of months whose credentials are given. */
export async function tellLinks(
  call: Omit<LinkCall, 'operator'>,
  days: readonly string[],
): Promise<void> {
  const { tx, rider, input } = call
  const { account } = await accountOf(tx, rider)
  const from = monthOf(input)
  const months = [...new Set(days.map((day) => day.slice(0, 7)))].filter((month) => month >= from)
  for (const row of await tx.select(cardLinks, { account })) {
    const fresh = months.filter((month) => !(row.months as readonly string[]).includes(month))
    if (row.card !== '' && fresh.length > 0) await tell({ ...call, row }, fresh)
  }
}

async function tell(
  { tx, issuer, secret, input, row }: Omit<LinkCall, 'operator'> & { readonly row: CardLinkRow },
  months: readonly string[],
): Promise<void> {
  const { account, operator } = row
  const card = `card/${issuer}/${row.card}`
  for (const month of months) {
    const token = nameOf({ account, operator, month }, { issuer, secret })
    const order = { do: 'link-media', card, token, month }
    input.send(operator, 'order', utf8(canonicalJson(order)))
  }
  const all = [...new Set([...(row.months as readonly string[]), ...months])]
  await tx.put(cardLinks, [{ ...row, months: all }])
}

function nameOf(
  scheme: Parameters<typeof schemeToken>[1],
  { issuer, secret }: Pick<LinkCall, 'issuer' | 'secret'>,
): string {
  return `token/${issuer}/${toHex(schemeToken(secret, scheme))}`
}

function monthOf({ acceptedAt }: Pick<Input, 'acceptedAt'>): string {
  return businessDay(acceptedAt).slice(0, 7)
}
