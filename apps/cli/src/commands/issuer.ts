import { formatYuan, requireData } from '@unifare/core'
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
