import { EXPOSURE_INPUTS } from '@unifare/console'
import { exposure, prepaidFen } from '@unifare/ridecode'
import { describe, expect, it } from 'vitest'
import { exposureTerms } from './api-exposure.ts'

const { classes, values, configured, limitsFen, listAges } = exposureTerms('2026-11-21')

describe('the terms of exposure', () => {
  it('give every symbol a value, from the running rules where there is one', () => {
    expect(EXPOSURE_INPUTS.filter((id) => !Number.isSafeInteger(values[id]))).toEqual([])
    expect(configured).toContain('validityS')
    expect(values.terminalOfflineS).toBe(7 * 24 * 3600)
    expect(listAges.at(-1)).toMatchObject({ upToS: null, codes: 'none', alarm: true })
    expect(JSON.parse(JSON.stringify(listAges))).toEqual(listAges)
  })

  it.each(classes.map((one) => [one.id, one] as const))(
    '%s: what is configured stays within its caps',
    (_, one) => {
      const { onePhone, onePhoneOffline, sharedAccount, sharedCode, prepaid } = {
        ...limitsFen,
        ...one.limitsFen,
      }
      const losses = exposure({ ...values, ...one.values })
      expect(losses.onePhoneFen).toBeLessThanOrEqual(onePhone ?? 0)
      expect(losses.onePhoneOfflineFen).toBeLessThanOrEqual(onePhoneOffline ?? 0)
      expect(losses.sharedAccountFen).toBeLessThanOrEqual(sharedAccount ?? 0)
      expect(prepaidFen({ ...values, ...one.values })).toBeLessThanOrEqual(prepaid ?? 0)
      expect(losses.sharedCodeFen).toBeLessThanOrEqual(sharedCode ?? 0)
    },
  )
})
