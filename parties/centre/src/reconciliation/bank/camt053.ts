import { UnifareError } from '@unifare/core'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import {
  type BankLine,
  type BankStatement,
  badStatement,
  checkStatement,
  parseAmount,
  statementDay,
} from './bank-line.ts'

/** Elements that may stand more than once. */
const LISTS: ReadonlySet<string> = new Set(['Stmt', 'Ntry', 'NtryDtls', 'TxDtls', 'Bal'])
const CURRENCY = 'CNY'

/**
 * Reads a camt.053-like bank statement (ISO 20022 BankToCustomerStatement): balances, booked
 * entries, end-to-end references. Entries that are not booked are left out, as the balances leave
 * them out. Throws `bank.bad-statement` for what is no statement or does not add up to the fen, and
 * `bank.wrong-currency`.
 */
export function parseCamt053(xml: string): BankStatement[] {
  // A statement has no document type: who sends one wants the reader to fetch or to swell.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) throw badStatement('a document type is not taken')
  const valid = XMLValidator.validate(xml)
  if (valid !== true) throw badStatement(`line ${valid.err.line}: ${valid.err.msg}`)
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    removeNSPrefix: true,
    isArray: (name) => LISTS.has(name),
  })
  const root = node(parser.parse(xml))
  const statements = list(node(node(root['Document'])['BkToCstmrStmt'])['Stmt'])
  if (statements.length === 0) throw badStatement('there is no Document/BkToCstmrStmt/Stmt')
  return statements.map(readStatement)
}

type Node = Readonly<Record<string, unknown>>

function readStatement(value: Node): BankStatement {
  const id = text(value, 'Id')
  const account = node(node(value['Acct'])['Id'])
  const balance = (code: string) => {
    const found = list(value['Bal']).find(
      (one) => text(node(node(one['Tp'])['CdOrPrtry']), 'Cd') === code,
    )
    if (found === undefined) throw badStatement(`${id}: no balance ${code}`)
    return signedFen(found)
  }
  return checkStatement({
    id,
    account: text(node(account['Othr']), 'Id') || text(account, 'IBAN'),
    openingFen: balance('OPBD'),
    closingFen: balance('CLBD'),
    lines: list(value['Ntry']).flatMap(readEntry),
  })
}

/** An entry is one movement; one that gathers several is told apart by its details. */
function readEntry(entry: Node): BankLine[] {
  const status = text(entry, 'Sts') || text(node(entry['Sts']), 'Cd')
  if (status !== 'BOOK') return []
  const common = {
    bookedOn: dayOf(node(entry['BookgDt'])),
    valueOn: dayOf(node(entry['ValDt'] ?? entry['BookgDt'])),
  }
  const reference = text(entry, 'AcctSvcrRef') || text(entry, 'NtryRef')
  const amountFen = signedFen(entry)
  const details = list(entry['NtryDtls']).flatMap((one) => list(one['TxDtls']))
  if (details.length < 2) {
    return [{ ...common, reference, amountFen, ...partiesOf(details[0] ?? {}, amountFen) }]
  }
  const lines = details.map((detail, index): BankLine => {
    const partFen = signedFen({ ...pick(entry, 'CdtDbtInd'), ...detail })
    const own = text(node(detail['Refs']), 'AcctSvcrRef') || `${reference}/${index + 1}`
    return { ...common, reference: own, amountFen: partFen, ...partiesOf(detail, partFen) }
  })
  const sumFen = lines.reduce((sum, line) => sum + line.amountFen, 0)
  if (sumFen !== amountFen)
    throw badStatement(`entry ${reference}: its parts come to ${sumFen} fen`)
  return lines
}

function partiesOf(detail: Node, amountFen: number): Pick<BankLine, 'endToEnd' | 'counterparty'> {
  const told = text(node(detail['Refs']), 'EndToEndId')
  const related = node(detail['RltdPties'])
  // Who paid when money came in, who was paid when it went out.
  const side = node(related[amountFen > 0 ? 'Dbtr' : 'Cdtr'])
  // Since version 8 the party stands a level deeper.
  const party = node(side['Pty'] ?? side)
  const other = node(node(node(party['Id'])['OrgId'])['Othr'])
  return {
    endToEnd: told === 'NOTPROVIDED' ? '' : told,
    counterparty: text(other, 'Id') || text(party, 'Nm'),
  }
}

function signedFen(value: Node): number {
  const amount = node(value['Amt'])
  const currency = text(amount, '@Ccy')
  if (currency !== CURRENCY) {
    throw new UnifareError('bank.wrong-currency', `"${currency}": ${CURRENCY} is needed`)
  }
  const amountFen = parseAmount(text(amount, '#text'))
  const side = text(value, 'CdtDbtInd')
  if (side !== 'CRDT' && side !== 'DBIT') throw badStatement(`"${side}" is neither CRDT nor DBIT`)
  return side === 'CRDT' ? amountFen : 0 - amountFen
}

function dayOf(value: Node): string {
  return statementDay((text(value, 'Dt') || text(value, 'DtTm')).slice(0, 10))
}

function pick(value: Node, name: string): Node {
  return value[name] === undefined ? {} : { [name]: value[name] }
}

function node(value: unknown): Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : {}
}

function list(value: unknown): Node[] {
  return Array.isArray(value) ? value.map(node) : []
}

function text(value: Node, name: string): string {
  const found = value[name]
  return typeof found === 'string' ? found : ''
}
