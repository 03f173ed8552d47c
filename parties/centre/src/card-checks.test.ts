import {
  EVIDENCE_BYTES,
  encodeEvidence,
  MAC2_GOOD,
  type PurchaseInputs,
  purchaseMac2,
  purchaseSessionKey,
  TAC_GOOD,
  tac,
  tacInput,
} from '@unifare/card'
import { concat, fromHex } from '@unifare/core'
import {
  createSoftwareKeyStore,
  diversifyChain,
  type KeyRef,
  type KeyState,
  openKeyWindow,
  pureEngine,
} from '@unifare/crypto'
import { describe, expect, test } from 'vitest'
import { createCardChecks } from './card-checks.ts'

const CENTRE = '30000001'
const GOOD = TAC_GOOD | MAC2_GOOD
const INPUTS: PurchaseInputs = {
  type: 9,
  amountFen: 300,
  terminal: '413100000042',
  terminalSerial: 7,
  date: '20261121',
  time: '083000',
  random: fromHex('01020304'),
  offlineNumber: 41,
  keyIndex: 1,
  keyVersion: 1,
  algorithm: 0,
  issuerId: '01011000FFFFFFFF',
  applicationSerial: '03104870000000000000',
  balanceAfterFen: 1_000,
}
const FACTORS = [fromHex(INPUTS.issuerId), fromHex(INPUTS.applicationSerial).slice(2)]

/** Four versions of both masters, one in each state. */
const STATES: readonly KeyState[] = ['pre-active', 'active', 'verify-only', 'destroyed']
type Line = Pick<KeyRef, 'scheme' | 'algorithm'>
const PLAIN: Line = { scheme: 'mot', algorithm: '3des' }
const LINES: readonly Line[] = [
  PLAIN,
  { scheme: 'mohurd', algorithm: '3des' },
  { scheme: 'mot', algorithm: 'sm4' },
]

/** Material of a master: another one for every line, use and version. */
function materialOf({ scheme, algorithm, use, version }: Omit<KeyRef, 'issuer' | 'index'>) {
  const line = LINES.findIndex((one) => one.scheme === scheme && one.algorithm === algorithm)
  return new Uint8Array(16)
    .fill(16 * line + 4 * version + (use === 'tac' ? 1 : 2))
    .map((byte, i) => byte * 3 + i)
}

const refs = LINES.flatMap((line) =>
  (['purchase', 'tac'] as const).flatMap((use) =>
    STATES.map(
      (_, version): KeyRef => ({
        ...line,
        issuer: CENTRE,
        use,
        index: use === 'purchase' ? 1 : 0,
        version,
      }),
    ),
  ),
)
const store = createSoftwareKeyStore({
  keys: refs.map((ref) => {
    const state = STATES[ref.version] ?? 'destroyed'
    const material = state === 'destroyed' ? new Uint8Array(0) : materialOf(ref)
    return { ref, material, life: { state, history: [] } }
  }),
  engine: pureEngine,
  random: (length) => new Uint8Array(length),
})

/** A purchase with good codes under the masters of a line and version. */
function purchase(version: number, line: Line = PLAIN, change: Partial<PurchaseInputs> = {}) {
  const algorithm = line.algorithm === 'sm4' ? 4 : 0
  const inputs = { ...INPUTS, scheme: line.scheme as 'mot', keyVersion: version, algorithm }
  const keyOf = (use: 'purchase' | 'tac') =>
    diversifyChain(algorithm === 4 ? 'sm4' : '3des', materialOf({ ...line, use, version }), FACTORS)
  const session = purchaseSessionKey(keyOf('purchase'), inputs, algorithm)
  return encodeEvidence({
    ...inputs,
    ...change,
    tac: tac(keyOf('tac'), tacInput(inputs), algorithm),
    mac2: purchaseMac2(session, inputs.amountFen),
  })
}

function openChecks() {
  const window = openKeyWindow({ store, refs })
  const ofRows = createCardChecks({ window, keyOwner: CENTRE })
  const checks = (evidence: readonly Uint8Array[]) =>
    ofRows({
      bytes: concat(...evidence),
      at: Uint32Array.from(evidence, (_, i) => i * EVIDENCE_BYTES),
    })
  return { window, checks }
}

describe('the codes of cards at the centre', () => {
  test('verify under active and old versions, and under no other', async () => {
    const { checks } = openChecks()
    const good = await checks(STATES.map((_, version) => purchase(version)))
    expect(STATES.filter((_, version) => good[version] === GOOD)).toEqual(['active', 'verify-only'])
    expect([good[0], good[3]]).toEqual([0, 0])
  })

  test('of all key systems and algorithms, mixed, each under its own masters', async () => {
    const { checks } = openChecks()
    const mixed = [0, 1, 2, 0, 1, 2].map((line) => purchase(1, LINES[line]))
    expect([...(await checks(mixed))]).toEqual(mixed.map(() => GOOD))
    const swapped = purchase(1, LINES[0], { scheme: 'mohurd' })
    expect([...(await checks([swapped]))]).toEqual([0])
  })

  test('what no master serves is not good, and no fault of the centre', async () => {
    const { checks } = openChecks()
    const foreign = [
      purchase(1, PLAIN, { scheme: 'mohurd', algorithm: 4 }),
      purchase(1, PLAIN, { algorithm: 9 }),
      purchase(1, PLAIN, { keyVersion: 200 }),
    ]
    expect([...(await checks([...foreign, purchase(1)]))]).toEqual([0, 0, 0, GOOD])
    expect(await checks([])).toHaveLength(0)
  })

  test('nothing verifies once the window is closed', async () => {
    const { window, checks } = openChecks()
    expect([...(await checks([purchase(1)]))]).toEqual([GOOD])
    window.close()
    // Its keys are wiped, and it gives no other ones.
    expect([...(await checks([purchase(1)]))]).toEqual([0])
    await expect(checks([purchase(2)])).rejects.toThrow(
      expect.objectContaining({ code: 'key.window-closed' }),
    )
  })
})
