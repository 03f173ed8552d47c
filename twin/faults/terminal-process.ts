import { createPsam } from '@unifare/card'
import {
  createManualClock,
  createMemoryRepository,
  createSeededRandom,
  fromHex,
  toHex,
  UnifareError,
} from '@unifare/core'
import { createFileStorage } from '@unifare/core/node'
import { nodeEngine } from '@unifare/crypto/node'
import { openTerminal } from '@unifare/terminal'
import { createNetworkKeys, planNetwork } from '../src/index.ts'
import { type Asked, DAY, type Order, planned, type Report } from './terminal-process.fixture.ts'

/**
 * A bus terminal in a process of its own, on a journal in a folder, for a test that kills it. Card,
 * operator and rider are the parent's: what this process asks and shows goes over the channel.
 */

const [seed = '', dir = ''] = process.argv.slice(2)
const plan = planNetwork({ seed, day: DAY, ...planned })
const engine = nodeEngine()
const keys = createNetworkKeys({ seed, centre: plan.centre.id, engine })
const config = plan.operators[0]?.terminals[0]
if (config === undefined) throw new TypeError('no terminal in the plan')
const { terminal: id, operator } = config
const clock = createManualClock(0)
const waiting = new Map<number, (answer: string | undefined) => void>()
let asked = 0

function tell(report: Report): void {
  process.send?.(report)
}

/** Asks the parent; undefined stands for no answer. */
function ask(question: Asked): Promise<string | undefined> {
  asked += 1
  const number = asked
  return new Promise((resolve) => {
    waiting.set(number, resolve)
    tell({ ask: number, ...question })
  })
}

const terminal = await openTerminal({
  config,
  env: {
    clock,
    random: createSeededRandom(`${seed}/terminal`),
    storage: await createFileStorage(dir, { stepBytes: 64 * 1024 }),
    repository: createMemoryRepository(),
  },
  link: {
    async send(receiver, message) {
      const answer = await ask({ send: receiver, bytes: toHex(message) })
      if (answer === undefined) throw new UnifareError('link.unreachable', receiver)
      return fromHex(answer)
    },
  },
  sign: keys.link.sign(id),
  trust: {
    centre: plan.centre.id,
    operator,
    publicKeyOf: (party) => keys.link.publicKey(party),
    engine,
  },
  psam: createPsam({
    terminal: id,
    issuer: plan.centre.id,
    keyStore: keys.storeOf([keys.masters.purchase]),
    purchaseKeys: [keys.masters.purchase],
  }),
  indicate: ({ sequence }) => tell({ go: sequence }),
})

const card = {
  async transmit(apdu: Uint8Array) {
    return fromHex((await ask({ apdu: toHex(apdu) })) ?? '')
  },
}

process.on('message', (order: Order) => {
  if ('answer' in order) {
    waiting.get(order.answer)?.(order.value)
    waiting.delete(order.answer)
    return
  }
  clock.set(order.at)
  void (async () => {
    switch (order.do) {
      case 'refresh':
        return terminal.refresh()
      case 'card':
        return terminal.presentCard(card)
      case 'code':
        return terminal.presentCode(fromHex(order.code ?? ''))
      case 'upload':
        return terminal.upload()
    }
  })().then(
    (result) => tell({ done: result }),
    (error: unknown) => tell({ failed: String(error) }),
  )
})
// Nobody is left to serve.
process.on('disconnect', () => process.exit(0))
tell({ ready: true })
