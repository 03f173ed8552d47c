import { businessDay, createSeededRandom, fromHex, nextDay, toHex } from '@unifare/core'
import { sm2KeyPair } from '@unifare/crypto'
import {
  type Credential,
  decodeCustomField,
  type IssuerEntry,
  makeCode,
  parseCredential,
  verifyCode,
} from '@unifare/ridecode'
import type { BatchAnswer, RiskTerms } from '../index.ts'
import { engine, openEnrolled, terminalKeys, type World } from '../issuer.fixture.ts'

const random = createSeededRandom('keys of phones')
const bytes = (length: number) => random.bytes(length)

export interface Wish {
  /** Days from today. */
  readonly later?: number
  readonly slot?: number
  readonly companion?: number
}

/** An issuer, and phones that ask it for batches. */
export async function openCodes(
  options: { world?: World; riskTerms?: readonly RiskTerms[]; keyVersion?: number } = {},
) {
  const { world, ...change } = options
  const opened = await openEnrolled(world, [], change)
  const { clock } = opened.world
  const dayOf = (later: number) => {
    const today = businessDay(clock.now())
    return later === 0 ? today : later > 0 ? nextDay(today) : businessDay(clock.now() - 86_400_000)
  }
  const wantedOf = ({ later = 0, slot = 0, companion = 0 }: Wish) => {
    const { publicKey } = sm2KeyPair(bytes)
    return { userPublicKey: toHex(publicKey), day: dayOf(later), slot, companion }
  }
  type Phone = ReturnType<typeof opened.rider>
  const ready = (phone: Phone, wanted: unknown) =>
    phone.order({ do: 'ready', wanted }) as Promise<BatchAnswer>
  return {
    ...opened,
    dayOf,
    wantedOf,
    ready,
    batch: async (phone: Phone, ...wishes: readonly Wish[]) =>
      (await ready(phone, wishes.map(wantedOf))).credentials.map(({ credential }) =>
        parseCredential(fromHex(credential)),
      ),
    authorised: async (name: string) => {
      const phone = opened.rider(name)
      const { account } = await phone.open()
      await phone.authorise()
      return { phone, account }
    },
  }
}

/** What a terminal says of a code of a rider's phone. */
export async function verdictOf(
  credential: string,
  { codeKey, atS, entry }: { codeKey: Keys; atS: number; entry?: Partial<IssuerEntry> },
): Promise<string> {
  const code = makeCode({
    credential: parseCredential(fromHex(credential)),
    generationTimeS: atS,
    sign: (message, id) => engine.sm2Sign({ ...codeKey, id, message, random: bytes }),
  })
  const keys = await terminalKeys(entry)
  const verdict = verifyCode({ bytes: code, atS, keys, engine })
  return verdict.ok ? 'ok' : verdict.code
}

type Keys = ReturnType<typeof sm2KeyPair>

/** Every value of a credential that could tell two holders apart, but for what all have alike. */
export function marksOf({ custom, ...credential }: Credential): readonly string[] {
  const { cardAccount, paymentAccount, userPublicKey } = credential
  const tokens = decodeCustomField(custom)?.schemes.map(({ token }) => token) ?? []
  return [cardAccount, paymentAccount, toHex(userPublicKey), ...tokens]
}
