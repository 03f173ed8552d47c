import { describe, expect, it } from 'vitest'
import { createSealer, newSealingKey } from './sealer.ts'

const wallet = { linkKey: 'secret', names: ['乘车码'] }

describe('what a page keeps', () => {
  it('opens again under the same key and name alone', async () => {
    const sealer = createSealer(await newSealingKey())
    const sealed = await sealer.seal('wallet', wallet)
    expect(await sealer.open('wallet', sealed)).toEqual(wallet)
    await expect(sealer.open('news', sealed)).rejects.toMatchObject({
      code: 'page.sealed-elsewhere',
    })
    const other = createSealer(await newSealingKey())
    await expect(other.open('wallet', sealed)).rejects.toMatchObject({
      code: 'page.sealed-elsewhere',
    })
  })

  it('is not readable, and never sealed the same twice', async () => {
    const sealer = createSealer(await newSealingKey())
    const [one, two] = [await sealer.seal('wallet', wallet), await sealer.seal('wallet', wallet)]
    expect(Buffer.from(one).toString('latin1')).not.toContain('secret')
    expect(Buffer.from(one).equals(two)).toBe(false)
  })

  it('shows every change of a byte', async () => {
    const sealer = createSealer(await newSealingKey())
    const sealed = await sealer.seal('wallet', wallet)
    for (let i = 0; i < sealed.length; i += 1) {
      const changed = Uint8Array.from(sealed)
      changed[i] = (changed[i] ?? 0) ^ 1
      await expect(sealer.open('wallet', changed)).rejects.toThrow('another key')
    }
  })

  it('is under a key that cannot leave the browser', async () => {
    const key = await newSealingKey()
    expect(key.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
  })
})
