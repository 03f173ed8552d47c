import { type Command, Option } from 'commander'
import { run } from '../output.ts'
import { whole } from '../whole.ts'

/** `unifare national`: a country's day, generated, cleared and cleared again. */
export function addNationalProgram(program: Command): void {
  program
    .command('national')
    .description(
      'generates a country’s day with known faults, clears it twice, compares the roots 全国一日',
    )
    .addOption(
      new Option('--taps <n>', 'taps of the day')
        .default(30_000_000)
        .argParser(whole(1_000, 1_000_000_000)),
    )
    .addOption(
      new Option('--codes <percent>', 'how many of a hundred taps show a ride code')
        .default(2)
        .argParser(whole(0, 100)),
    )
    .option('--data <folder>', 'where the day is kept; a folder of its own, removed, without')
    .addOption(
      new Option(
        '--again',
        'clear the day that the folder has, generate none 再次清算: also where a run was killed',
      ).conflicts(['taps', 'codes', 'seed']),
    )
    .addOption(new Option('--threads <n>', 'threads; one a core without').argParser(whole(1, 256)))
    .option('--seed <text>', 'another seed makes another day', 'national')
    .addOption(
      new Option('--lang <language>', 'language of the figures')
        .choices(['en', 'zh'])
        .default('en'),
    )
    .addOption(new Option('--json', 'print one JSON document on standard output'))
    .action((options) => run(async () => (await import('./national.ts')).national(options)))
}
