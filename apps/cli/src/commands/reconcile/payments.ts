import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type MemberAccount, type Payment, paymentFile } from '@unifare/centre'
import { formatYuan, parseJson, requireData, sumFen, UnifareError } from '@unifare/core'
import { systemClock } from '@unifare/core/node'
import { EXIT, printJson, tell } from '../../output.ts'
import { askParty } from '../../readings/ask-party.ts'

interface PaymentsOptions {
  readonly data: string
  readonly window?: string
  readonly accounts?: string
  readonly out?: string
  readonly json?: boolean
}

/** Writes the payments of settlement windows for the bank. */
export async function writePayments(options: PaymentsOptions): Promise<number> {
  const { data, window, out, json } = options
  const { centre, payments: all, settled } = await askParty('payments', {}, { data })
  const payments =
    window === undefined ? all : all.filter(({ endToEnd }) => endToEnd.startsWith(`${window}-`))
  const names = windowsOf(all)
  requireData(
    payments.length > 0,
    'bank.bad-payment',
    window === undefined || names.length === 0
      ? 'no window has payments for the bank yet'
      : `${window} has no payments for the bank; payments have ${names.join(', ')}`,
  )
  const booked = windowsOf(payments).filter((one) => settled.includes(one))
  const xml = paymentFile({
    id: window ?? 'ALL',
    createdAt: systemClock().now(),
    initiator: centre,
    payments,
    accounts: await accountsOf(payments, centre, options.accounts),
  })
  if (out !== undefined) await writeFile(out, xml, { mode: 0o600 })
  const sum = sumFen(payments.map(({ amountFen }) => amountFen))
  if (json === true) {
    const where = out === undefined ? { text: xml } : { file: resolve(out) }
    printJson({ payments: payments.length, sumFen: sum, settled: booked, ...where })
  } else if (out === undefined) process.stdout.write(xml)
  tell(`${payments.length} payments, ${formatYuan(sum)} CNY`)
  if (booked.length > 0)
    tell(`${booked.join(', ')}: settled, not for the bank again · 已结算，勿再次提交银行`)
  return EXIT.ok
}

/** Windows that payments are of. */
function windowsOf(payments: readonly Payment[]): readonly string[] {
  return [...new Set(payments.map(({ endToEnd }) => endToEnd.replace(/-\d+$/, '')))]
}

/** Accounts of a file, or accounts that say themselves that nobody has them. */
async function accountsOf(
  payments: readonly Payment[],
  centre: string,
  file: string | undefined,
): Promise<ReadonlyMap<string, MemberAccount>> {
  if (file !== undefined) {
    return readAccounts(await readFile(file, 'utf8'), file)
  }
  const members = new Set([
    centre,
    ...payments.flatMap(({ debtor, creditor }) => [debtor, creditor]),
  ])
  return new Map(
    [...members].map((id) => [
      id,
      { name: `Simulated member ${id}`, account: `SIM-${id}`, bank: 'SIMULATED' },
    ]),
  )
}

function readAccounts(text: string, file: string): ReadonlyMap<string, MemberAccount> {
  let read: unknown
  try {
    read = parseJson(text)
  } catch (error) {
    throw new UnifareError('bank.bad-payment', `${file}: ${(error as Error).message}`)
  }
  const accounts = Object.entries((read ?? {}) as Record<string, MemberAccount>)
  for (const [member, one] of accounts) {
    const isWhole = [one?.name, one?.account, one?.bank].every((it) => typeof it === 'string')
    const what = `${file}: the account of ${member} has not all of name, account and bank`
    requireData(isWhole, 'bank.bad-payment', what)
  }
  return new Map(accounts)
}
