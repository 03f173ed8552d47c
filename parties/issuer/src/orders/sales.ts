import { businessDay, type Fen, requireData } from '@unifare/core'
import { book, cardByNumber, type OrderContext } from './order-context.ts'
import { services } from './tables.ts'
import { termsOn } from './terms.ts'

/**
 * Sells cards that were issued: price, fee and deposit of the day. A card may have a claim secret,
 * of which the issuer gets the salt and the SHA-256 of its slow hash.
 */
export async function sellCards(
  context: OrderContext,
): Promise<{ readonly cards: number; readonly askedFen: Fen }> {
  const { tx, fields, input, terms } = context
  const list = fields['cards']
  requireData(Array.isArray(list), 'message.malformed', 'the order lists the cards')
  const { salePriceFen, depositFen, openingFeeFen } = termsOn(terms, businessDay(input.acceptedAt))
  const earnedFen = salePriceFen + openingFeeFen
  for (const one of list as readonly unknown[]) {
    const { number, claim } = saleOf(one)
    const { service } = await cardByNumber(tx, number)
    await tx.put(services, [
      {
        ...service,
        depositFen,
        ...(claim && { claimSalt: claim.salt, claimHash: claim.hash }),
      },
    ])
    await book(context, { id: `sale/${number}`, kind: 'sale', order: number }, [
      { account: 'sales/received', amountFen: earnedFen + depositFen },
      { account: 'sales/earned', amountFen: -earnedFen },
      { account: 'deposits/held', amountFen: -depositFen },
    ])
  }
  return { cards: list.length, askedFen: (earnedFen + depositFen) * list.length }
}

interface Sale {
  readonly number: string
  readonly claim: { readonly salt: string; readonly hash: string } | null
}

function saleOf(value: unknown): Sale {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >
  const number = fields['number']
  requireData(typeof number === 'string', 'message.malformed', 'a sale names a card number')
  if (fields['claimHash'] === undefined) return { number, claim: null }
  const [salt, hash] = [fields['claimSalt'], fields['claimHash']]
  const fits =
    typeof salt === 'string' &&
    /^[0-9A-F]{32}$/.test(salt) &&
    typeof hash === 'string' &&
    /^[0-9A-F]{64}$/.test(hash)
  requireData(fits, 'message.malformed', 'a claim has a salt of 16 and a hash of 32 bytes')
  return { number, claim: { salt, hash } }
}
