import { formatYuan, requireData, shanghaiDigits } from '@unifare/core'
import type { OrderView } from '@unifare/issuer'
import { askNetwork } from '../client.ts'
import { EXIT, printJson, printLines } from '../output.ts'

interface Asked {
  readonly json?: boolean
  readonly port: number
}

/** Lists accounts in arrears. */
export async function listDebts({ json, port }: Asked): Promise<number> {
  const debts = (await askNetwork(port, '/api/debts')) as {
    issuer: string
    account: string
    debtFen: number
  }[]
  if (json === true) printJson(debts)
  else if (debts.length === 0) printLines('no account owes anything')
  else
    printLines(
      ...debts.map(
        ({ issuer, account, debtFen }) =>
          `${issuer} ${account} ${formatYuan(debtFen).padStart(8)} CNY`,
      ),
    )
  return EXIT.ok
}

/** Lists loads, refunds and losses: state, time, what happens next. */
export async function listOrders({
  json,
  port,
  lang = 'en',
}: Asked & { readonly lang?: 'en' | 'zh' }): Promise<number> {
  const orders = (await askNetwork(port, '/api/orders')) as readonly OrderLine[]
  if (json === true) printJson(orders)
  else if (orders.length === 0) printLines(lang === 'zh' ? '没有订单' : 'no orders')
  else printLines(...orders.map((order) => orderLine(order, lang)))
  return EXIT.ok
}

type OrderLine = OrderView & { readonly issuer: string }

/** One order on a line; `!` marks a load whose doubt window is over. */
export function orderLine(order: OrderLine, lang: 'en' | 'zh'): string {
  const { issuer, kind, card, amountFen, state, at, doubtful, next } = order
  const time = shanghaiDigits(at).replace(
    /(....)(..)(..)(..)(..)(..)/,
    (_all, y, m, d, h, min, s) => `${y}-${m}-${d} ${h}:${min}:${s}`,
  )
  const amount = `${formatYuan(amountFen).padStart(9)} CNY`
  return `${doubtful ? '!' : ' '} ${time} ${issuer} ${card} ${kind.padEnd(6)} ${amount} ${state.padEnd(10)} ${next[lang]} (${order.order})`
}

/** Repays an account. */
export async function repay(account: string, { json, port }: Asked): Promise<number> {
  requireData(
    /^\d{19}$/.test(account),
    'issuer.no-account',
    `"${account}" is not an account: 19 digits, as "unifare issuer debts" lists them`,
  )
  const result = (await askNetwork(port, `/api/issuer/${account}/repay`, 'POST')) as {
    repaidFen: number
  }
  if (json === true) printJson(result)
  else printLines(`repaid ${formatYuan(result.repaidFen)} CNY; ${account} can ride again`)
  return EXIT.ok
}
