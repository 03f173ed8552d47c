import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UnifareError } from '@unifare/core'
import { exportFaresV2 } from '@unifare/fares'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openTariff } from './open-tariff.ts'

/** Writes a tariff as GTFS-Fares v2 into a new folder; exit code 1 when nothing of it fits. */
export async function exportFares(
  what: string,
  folder: string,
  options: { readonly network?: string; readonly lang: 'en' | 'zh'; readonly json?: boolean },
): Promise<number> {
  const opened = await openTariff(what, options)
  const [tariff, another] = opened.kind === 'tariffs' ? opened.tariffs : []
  if (tariff === undefined || another !== undefined || opened.kind !== 'tariffs') {
    const named =
      opened.kind === 'tariffs' ? opened.tariffs.map(({ id }) => id).join(', ') : 'a feed'
    throw new UnifareError('fares.no-tariff', `one tariff is exported at a time, not ${named}`)
  }
  // A made-up network is nobody's to publish.
  const network = options.network === undefined ? undefined : opened.networks[0]
  const { files, left } = exportFaresV2(tariff, network)
  const names = Object.keys(files)
  if (names.length > 0) await writeAll(folder, files)
  if (options.json === true) printJson({ tariff: tariff.id, files: names, left })
  else {
    const missing = options.lang === 'zh' ? 'GTFS 无法表达' : 'does not fit GTFS'
    printLines(
      ...names.map((name) => join(folder, name)),
      ...left.map(
        ({ path, textZh, textEn }) =>
          `${missing}: ${path} ${options.lang === 'zh' ? textZh : textEn}`,
      ),
    )
  }
  return names.length > 0 ? EXIT.ok : EXIT.differences
}

async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  try {
    await mkdir(folder)
  } catch {
    throw new UnifareError('fares.folder-taken', `${folder} is there already, or cannot be made`)
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}
