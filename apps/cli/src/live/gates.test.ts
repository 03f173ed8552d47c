import { UnifareError } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { createNetworkKeys, type Ports, planNetwork } from '@unifare/twin'
import { expect, it } from 'vitest'
import { createGateDesk } from './gates.ts'

it('a gate whose enrolment could not be published is published when it asks again', async () => {
  const plan = planNetwork({ seed: 'desk', day: '2026-11-18', operators: ['15215211'] })
  const keys = createNetworkKeys({ seed: 'desk', centre: plan.centre.id, engine: nodeEngine() })
  const published: unknown[] = []
  let away = true
  const ports = {
    operator: () => ({
      async command(order: unknown) {
        if (away) throw new UnifareError('link.unreachable', 'away for a moment')
        published.push(order)
      },
      deliver: async () => 0,
    }),
  } as unknown as Ports
  const enrol = createGateDesk({ plan, keys, ports })
  const place = plan.operators[0]?.terminals[0]?.terminal ?? ''
  await expect(enrol(place, 'A'.repeat(64))).rejects.toMatchObject({ code: 'link.unreachable' })
  away = false
  const first = await enrol(place, 'A'.repeat(64))
  expect(published).toHaveLength(1)
  expect((await enrol(place, 'B'.repeat(64))).config.terminal).not.toBe(first.config.terminal)
})
