import { openTariffList } from '@unifare/fares'
import { issueCredential, makeCertificate, makeCode } from '@unifare/ridecode'
import type { Tap } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { priceRide } from './index.ts'
import {
  ACCEPTANCE,
  ACCOUNT,
  AT,
  cardExit,
  codeTap,
  LOCAL,
  lineOf,
  MINUTE,
  tariffNamed,
  VISITOR,
} from './operator.fixture.ts'

/** Students of Xi'an pay half, seniors ride free off-peak; nobody else is known. */
const XIAN = openTariffList({
  tariffs: [tariffNamed('xian-metro')],
  networks: [lineOf('xian-metro')],
})
/** 10:00 in Shanghai, off-peak. */
const ENTER = AT + 120 * MINUTE

/** An exit by a code whose issuer certified the kind of its holder. */
async function exitBy(accountType: number, issuer = LOCAL): Promise<Tap> {
  const sign = () => new Uint8Array(64).fill(1)
  const key = Uint8Array.of(2, ...new Uint8Array(32).fill(7))
  const certificate = await makeCertificate({
    issuer,
    caIndex: 0xf0,
    expiry: '1228',
    serial: 1,
    issuerPublicKey: key,
    sign,
  })
  const at = ENTER + 30 * MINUTE
  const generationTimeS = at / 1000
  const credential = await issueCredential({
    certificate,
    paymentAccount: ACCOUNT.slice(-16),
    cardAccount: ACCOUNT,
    issuer,
    platform: issuer,
    accountType,
    capFen: 3_000,
    userPublicKey: key,
    authorisationExpiryS: generationTimeS + 3_600,
    validityS: 120,
    custom: new Uint8Array(0),
    sign,
  })
  const evidence = makeCode({ credential, generationTimeS, sign })
  return codeTap({ kind: 'exit', issuer, at, station: 3, evidence })
}

async function ride(accountType: number, issuer = LOCAL) {
  const exit = await exitBy(accountType, issuer)
  const entry = codeTap({ issuer, station: 1, at: ENTER })
  return priceRide(XIAN, ACCEPTANCE, { kind: 'journey', entry, exit })
}

describe('the class that a card carries', () => {
  test.each([
    ['nothing told', undefined, 360],
    ['a student', 2, 200],
    ['a senior', 3, 0],
    ['who the tariff does not know', 5, 360],
  ])('%s: 12 km by local card, priced as its terminal did', (_, holderKind, fen) => {
    const at = ENTER + 30 * MINUTE
    const told = holderKind === undefined ? {} : { holderKind }
    const exit = cardExit({ from: 1, enteredAt: ENTER, at, station: 3, issuer: LOCAL, ...told })
    const debited = { ...exit, amountFen: fen }
    const priced = priceRide(XIAN, ACCEPTANCE, { kind: 'journey', entry: null, exit: debited })
    expect(priced).toMatchObject({ amountFen: fen, pricedFen: fen })
    const rules = priced?.parts.map(({ rule }) => rule)
    expect(rules?.includes('class.as-adult')).toBe(holderKind === 5)
  })
})

describe('the class that a code carries', () => {
  test.each([
    ['00, ordinary', 0, 400],
    ['01, ordinary', 1, 400],
    ['02, a student', 2, 200],
    ['03, a senior', 3, 0],
    ['04, for tests', 4, 400],
  ])('%s: 12 km', async (_, kind, fen) => {
    const priced = await ride(kind)
    expect(priced).toMatchObject({ amountFen: fen })
    expect(priced?.parts.map(({ rule }) => rule)).not.toContain('class.as-adult')
  })

  test.each([
    ['that this tariff does not know', 5, 'military'],
    ['that nobody knows', 9, '9'],
  ])('%s is priced as an adult, and told so', async (_, kind, name) => {
    const priced = await ride(kind)
    expect(priced?.amountFen).toBe(400)
    expect(priced?.parts.at(-1)).toEqual({ rule: 'class.as-adult', amountFen: 0 })
    expect(priced?.explanation.at(-1)?.en).toContain(name)
  })

  test('is worth what the local policy says: a student from elsewhere pays in full', async () => {
    expect(await ride(2, VISITOR)).toMatchObject({ amountFen: 400 })
  })
})
