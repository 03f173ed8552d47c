import { type CardSlot, createPsam, openPsam } from '@unifare/card'
import { canonicalJson, type Fen, toHex, utf8 } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { riderId } from '@unifare/issuer'
import { balances } from '@unifare/ledger'
import { askThroughCentre, type ServicePoint } from '@unifare/operator'
import { makeCardNumber } from '@unifare/registry'
import { exchange, type Link } from '@unifare/tap'
import { openDrillNetwork } from '../src/drill/drill-network.ts'
import { newPlannedCard } from '../src/planned-card.ts'

export const ISSUER = '05215210'
export const CARD_FEN = 3_000
export const [BUS, METRO] = ['15215211', '15215212'] as const

/** A network with service points at two operators, riders with phones, and cards that were sold. */
export async function openShop(seed: string, wrap?: (link: Link) => Link) {
  const engineOfTests = nodeEngine()
  const network = await openDrillNetwork({ seed, engine: engineOfTests, ...(wrap && { wrap }) })
  const { plan, keys, link, engine, clock } = network
  const iin = plan.issuers[0]?.iin ?? ''
  let attempts = 0
  const attempt = () => String(attempts++)

  const issuer = () => network.issuer().issuer
  const point = (operator: string): ServicePoint => ({
    ask: (to, order) =>
      askThroughCentre(network.operator(operator), { centre: plan.centre.id, attempt })(to, order),
    terminal: `4131${operator}`,
    keyIndex: 1,
    now: () => clock.now(),
  })

  return {
    network,
    issuer,
    point,
    /** A point whose PSAM may empty and block purses. */
    async refundPoint(operator: string) {
      const { purchase, maintenance } = keys.masters
      const psam = createPsam({
        terminal: `4131${operator}`,
        issuer: plan.centre.id,
        keyStore: keys.storeOf([purchase, maintenance]),
        purchaseKeys: [purchase],
        maintenanceKeys: [maintenance],
      })
      const opened = await openPsam(psam)
      if (!opened.ok) throw new TypeError(opened.code)
      return { ...point(operator), psam: opened.psam }
    },
    /** A card that was issued and sold; `claim` is what the issuer keeps of its secret. */
    async card(serial: number, claim: object = {}): Promise<{ number: string; slot: CardSlot }> {
      const number = makeCardNumber({ iin, serial })
      const cards = [{ number, loadedFen: CARD_FEN }]
      await issuer().command({ do: 'issue-cards', day: plan.day, cards })
      await issuer().command({ do: 'sell-cards', cards: [{ number, ...claim }] })
      const made = { holder: number, issuer: ISSUER, number, balanceFen: CARD_FEN }
      return { number, slot: await newPlannedCard(network, made) }
    },
    /** A rider with an account, a contract and money at the bank. */
    async rider(name: string, bankFen: Fen = 100_000) {
      const id = riderId(keys.link.publicKey(name))
      const self = {
        id,
        sign: keys.link.sign(name),
        publicKeyOf: async (party: string) => keys.link.publicKey(party),
        engine,
        now: () => clock.now(),
      }
      const ask = async (kind: 'order' | 'pull', fields: object) => {
        const body = utf8(canonicalJson({ ...fields, attempt: attempt() }))
        return (await exchange(link, self, { receiver: ISSUER, kind, body })) as Record<
          string,
          unknown
        >
      }
      const order = (fields: object) => ask('order', fields)
      const { account } = await order({ do: 'open' })
      await order({ do: 'authorise', channel: 'simulated', limitFen: 50_000, sources: ['balance'] })
      network.issuer().bank.fund(String(account), bankFen)
      /** A phone as reader: it speaks to the issuer itself. */
      const phone: ServicePoint = {
        ask: (_issuer, fields) => order(fields),
        terminal: '990000000001',
        keyIndex: 1,
        now: () => clock.now(),
      }
      return { id, account: String(account), order, phone, look: () => ask('pull', {}) }
    },
    /** What the issuer's books hold under a path, as it owes it: above zero. */
    async owed(path: string): Promise<Fen> {
      const found = await issuer().read((tx) => balances(tx, path))
      return [...found.values()].reduce((sum, fen) => sum - fen, 0)
    },
    /** What a member receives (above zero) or pays through the centre. */
    async position(member: string): Promise<Fen> {
      await issuer().deliver()
      const found = await network.centre().read((tx) => balances(tx, `member/${member}`))
      return [...found.values()].reduce((sum, fen) => sum + fen, 0)
    },
    agentMessage: async (operator: string, fields: object, sender = operator) => {
      const { encodeMessage } = await import('@unifare/tap')
      return toHex(
        await encodeMessage({
          kind: 'order',
          sender: operator,
          receiver: plan.centre.id,
          sentAt: clock.now(),
          body: utf8(canonicalJson({ ...fields, issuer: ISSUER, attempt: attempt() })),
          sign: keys.link.sign(sender),
        }),
      )
    },
  }
}

export type Shop = Awaited<ReturnType<typeof openShop>>

/** Balance that the card really has. */
export function balanceOf({ slot }: { readonly slot: CardSlot }): Fen {
  return slot.card().memory.balanceFen
}
